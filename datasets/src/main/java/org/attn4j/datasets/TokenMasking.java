package org.attn4j.datasets;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.attn4j.common.Require;

/**
 * Which tokens of a text a masked language model has to guess (Devlin et al. 2019, section 3.1 and
 * appendix A.1): a share of those that are not special, one at least. Of each, with a chance of 80
 * %, the mask stands in its place, with 10 % any token of the vocabulary, and with 10 % the token
 * itself. Drawn anew each time, masks are dynamic, as in RoBERTa (Liu et al. 2019, section 4.1).
 *
 * @param share the share of the tokens, rounded to whole tokens
 * @param wholeWords whether all tokens of a word are guessed together, as in the later release of
 *     BERT: words are drawn until the share is reached, and one that would go beyond it is left out
 * @param maskId the token that hides
 * @param vocabularySize the tokens that a random one is drawn from
 */
public record TokenMasking(double share, boolean wholeWords, int maskId, int vocabularySize) {

    private static final double HIDDEN = 0.8;
    private static final double REPLACED = 0.9;

    public TokenMasking {
        Require.that(share > 0 && share < 1, "share must lie in (0, 1), got share=%s", share);
        Require.that(
                maskId >= 0 && maskId < vocabularySize,
                "maskId must be a token of the vocabulary, got maskId=%s, vocabularySize=%s",
                maskId,
                vocabularySize);
    }

    /**
     * A text with tokens to be guessed.
     *
     * @param ids its tokens as the model sees them
     * @param positions where tokens are guessed, rising
     * @param labels the tokens there
     */
    record Masked(int[] ids, int[] positions, int[] labels) {}

    /** Masks a text; the same numbers give the same mask. */
    Masked mask(MaskableText text, Randomness random) {
        int[] ids = text.ids().clone();
        int[] positions = chosen(text, random);
        int[] labels = Arrays.stream(positions).map(position -> text.ids()[position]).toArray();
        for (int position : positions) {
            double chance = random.nextDouble();
            if (chance < HIDDEN) {
                ids[position] = maskId;
            } else if (chance < REPLACED) {
                ids[position] = random.nextInt(vocabularySize);
            }
        }
        return new Masked(ids, positions, labels);
    }

    private int[] chosen(MaskableText text, Randomness random) {
        int[] words = text.words();
        int[] candidates = IntStream.range(0, words.length).filter(t -> words[t] >= 0).toArray();
        int wanted = Math.max(1, (int) Math.round(share * candidates.length));
        List<int[]> groups = wholeWords ? words(candidates, words) : each(candidates);
        int[] order = IntStream.range(0, groups.size()).toArray();
        random.shuffle(order);
        List<int[]> chosen = new ArrayList<>();
        int count = 0;
        for (int index : order) {
            int[] group = groups.get(index);
            if (count + group.length <= wanted) {
                chosen.add(group);
                count += group.length;
            }
        }
        if (chosen.isEmpty()) { // every word is longer than the share
            chosen.add(groups.get(order[0]));
        }
        return chosen.stream().flatMapToInt(Arrays::stream).sorted().toArray();
    }

    private static List<int[]> each(int[] candidates) {
        return Arrays.stream(candidates).mapToObj(position -> new int[] {position}).toList();
    }

    private static List<int[]> words(int[] candidates, int[] words) {
        Map<Integer, IntStream.Builder> groups = new LinkedHashMap<>();
        for (int position : candidates) {
            groups.computeIfAbsent(words[position], word -> IntStream.builder()).add(position);
        }
        return groups.values().stream().map(group -> group.build().toArray()).toList();
    }
}
