package org.attn4j.models.generate.shortlist;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import org.attn4j.common.Require;

/**
 * Which target tokens may translate a source: some that always may, such as the most frequent ones,
 * and the best translations of each of its tokens (L'Hostis et al. 2016, "Vocabulary Selection
 * Strategies for Neural Machine Translation"; Marian's {@code --shortlist}).
 *
 * <p>A search with a shortlist chooses among these tokens and those that its settings and the input
 * name: end, start and forced tokens, prefixes, sequences with a bias. Every other token is
 * impossible, and probabilities are normalised over those that are left. The tokens of a source are
 * its own, whatever is decoded beside it. Any number of threads may share a shortlist.
 */
public final class Shortlist {

    private final int[] always;
    private final List<int[]> translations; // by the id of the source's token

    /**
     * Creates a shortlist.
     *
     * @param always target tokens of every source
     * @param translations target tokens for the source's token of that index, maybe none; a token
     *     behind the last has none
     */
    public Shortlist(int[] always, List<int[]> translations) {
        this.always = requireIds(always);
        List<int[]> copies = new ArrayList<>();
        translations.forEach(tokens -> copies.add(requireIds(tokens)));
        this.translations = copies;
    }

    private static int[] requireIds(int[] tokens) {
        Require.that(
                Arrays.stream(tokens).allMatch(token -> token >= 0),
                "tokens of a shortlist must not be negative, got %s",
                Arrays.toString(tokens));
        return tokens.clone();
    }

    /**
     * Takes a shortlist from a lexical table.
     *
     * @param table the table
     * @param frequent how many of the most frequent target tokens every source has: those that the
     *     table tells of, and then those of the least ids, as vocabularies often begin with what is
     *     frequent
     * @param best how many translations of a source's token
     * @param special further tokens of every source, such as those of languages
     * @param vocabularySize V of the target
     * @return the shortlist
     */
    public static Shortlist of(
            LexicalTable table, int frequent, int best, int[] special, int vocabularySize) {
        Require.that(
                frequent >= 0 && best >= 0,
                "a shortlist must have at least 0 frequent tokens and translations, got %s and %s",
                frequent,
                best);
        BitSet always = new BitSet();
        Arrays.stream(first(table.frequent(), frequent)).forEach(always::set);
        for (int id = 0; id < vocabularySize && always.cardinality() < frequent; id++) {
            always.set(id);
        }
        Arrays.stream(special).forEach(always::set);
        List<int[]> translations = new ArrayList<>();
        for (int source = 0; source < table.sources(); source++) {
            translations.add(first(table.translations(source), best));
        }
        return new Shortlist(always.stream().toArray(), translations);
    }

    private static int[] first(int[] tokens, int count) {
        return Arrays.copyOf(tokens, Math.min(tokens.length, count));
    }

    /**
     * Returns the tokens among which the target of a source is chosen.
     *
     * @param source the source's tokens
     * @param named further tokens that can come
     * @param vocabularySize V of the target
     * @return ids, rising
     * @throws IllegalArgumentException if one is no token of the target
     */
    public int[] candidates(int[] source, int[] named, int vocabularySize) {
        BitSet candidates = new BitSet(vocabularySize);
        Arrays.stream(always).forEach(candidates::set);
        Arrays.stream(named).forEach(candidates::set);
        for (int token : source) {
            if (token < translations.size()) {
                Arrays.stream(translations.get(token)).forEach(candidates::set);
            }
        }
        Require.that(
                candidates.length() <= vocabularySize,
                "tokens of a shortlist must be below %s, got %s: use one that was made for this"
                        + " model",
                vocabularySize,
                candidates.length() - 1);
        return candidates.stream().toArray();
    }
}
