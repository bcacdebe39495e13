package org.attn4j.cli.task.pairs;

import ai.djl.ndarray.NDManager;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.attn4j.common.Require;
import org.attn4j.datasets.CausalText;
import org.attn4j.datasets.PackedTexts;
import org.attn4j.datasets.SentencePair;
import org.attn4j.models.tokenizer.EncodeOptions;
import org.attn4j.models.tokenizer.ModelTokenizer;

/**
 * Pairs for a model that goes on with texts: it reads the prompt and the answer, and learns the
 * answer and its end alone.
 *
 * @param tokenizer makes the tokens
 * @param template how a pair is written
 */
record Continuations(ModelTokenizer tokenizer, PairTemplate template)
        implements PairExamples<CausalText> {

    private static final EncodeOptions BARE = EncodeOptions.DEFAULT.withoutSpecialTokens();

    Continuations {
        Require.that(
                tokenizer.eosId().isPresent(),
                "the tokenizer has no end token, so that the model could not learn where a summary"
                        + " ends: name an eos_token in tokenizer_config.json");
    }

    @Override
    public List<String> inputs() {
        return rows().inputs();
    }

    @Override
    public CausalText encode(SentencePair pair, int most) {
        int[] answer =
                IntStream.concat(
                                IntStream.of(ids(template.answer(pair.target()))),
                                IntStream.of(tokenizer.eosId().getAsInt()))
                        .toArray();
        int[] prompt = prompt(pair.source());
        if (most > 0 && prompt.length + answer.length > most + 1) {
            prompt = shortened(pair.source(), most + 1 - answer.length);
        }
        int[] all = IntStream.concat(IntStream.of(prompt), IntStream.of(answer)).toArray();
        int[] ids = most > 0 && all.length > most + 1 ? Arrays.copyOf(all, most + 1) : all;
        boolean[] learned = new boolean[ids.length];
        Arrays.fill(learned, Math.min(prompt.length, ids.length), ids.length, true);
        return new CausalText(ids, learned);
    }

    /** The prompt of as long a beginning of the source as fits. */
    private int[] shortened(String source, int room) {
        int fits = 0;
        int over = source.length();
        while (over - fits > 1) {
            int middle = (fits + over) / 2;
            if (prompt(source.substring(0, middle)).length <= room) {
                fits = middle;
            } else {
                over = middle;
            }
        }
        return prompt(source.substring(0, fits));
    }

    private int[] prompt(String source) {
        return tokenizer.encode(template.prompt(source)).openIds();
    }

    private int[] ids(String text) {
        return Arrays.stream(tokenizer.encode(text, BARE).ids())
                .mapToInt(Math::toIntExact)
                .toArray();
    }

    @Override
    public int length(CausalText example) {
        return example.length();
    }

    @Override
    public Columns collate(NDManager manager, List<CausalText> pairs, long seed) {
        return rows().collate(
                        manager,
                        pairs.stream().map(pair -> new PackedTexts.Row(List.of(pair))).toList(),
                        seed);
    }

    private PackedTexts rows() {
        return new PackedTexts(tokenizer.padId().orElse(0), false, false);
    }
}
