package org.attn4j.cli.task.pairs;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.attn4j.attention.ops.HostArrays;
import org.attn4j.common.Require;
import org.attn4j.datasets.SentencePair;
import org.attn4j.models.model.head.Losses;
import org.attn4j.models.tokenizer.EncodeOptions;
import org.attn4j.models.tokenizer.ModelTokenizer;
import org.attn4j.models.tokenizer.TokenizedText;

/**
 * Pairs for a model that goes on with texts: it reads the prompt and the answer, and learns the
 * answer and its end alone.
 *
 * @param tokenizer makes the tokens
 * @param template how a pair is written
 */
record Continuations(ModelTokenizer tokenizer, PairTemplate template)
        implements PairExamples<Continuations.Pair> {

    private static final EncodeOptions BARE = EncodeOptions.DEFAULT.withoutSpecialTokens();

    Continuations {
        Require.that(
                tokenizer.eosId().isPresent(),
                "the tokenizer has no end token, so that the model could not learn where a summary"
                        + " ends: name an eos_token in tokenizer_config.json");
    }

    /**
     * An encoded pair.
     *
     * @param ids the prompt, the answer and the end
     * @param answer where the answer begins
     */
    record Pair(int[] ids, int answer) {}

    @Override
    public List<String> inputs() {
        return List.of("input_ids");
    }

    @Override
    public Pair encode(SentencePair pair, int most) {
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
        return new Pair(
                most > 0 && all.length > most + 1 ? Arrays.copyOf(all, most + 1) : all,
                prompt.length);
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

    /** The prompt with the tokens that begin a text, without those that end one. */
    private int[] prompt(String source) {
        TokenizedText tokens = tokenizer.encode(template.prompt(source));
        int end = tokens.length();
        while (end > 1 && tokens.special()[end - 1]) {
            end--;
        }
        return Arrays.stream(tokens.ids(), 0, end).mapToInt(Math::toIntExact).toArray();
    }

    private int[] ids(String text) {
        return Arrays.stream(tokenizer.encode(text, BARE).ids())
                .mapToInt(Math::toIntExact)
                .toArray();
    }

    @Override
    public int length(Pair example) {
        return example.ids.length - 1;
    }

    @Override
    public Columns collate(NDManager manager, List<Pair> pairs, long seed) {
        int width = pairs.stream().mapToInt(this::length).max().orElseThrow();
        Shape shape = new Shape(pairs.size(), width); // (B, T)
        long[] read = new long[pairs.size() * width];
        long[] labels = new long[read.length];
        Arrays.fill(read, tokenizer.padId().orElse(0)); // behind all that is read
        Arrays.fill(labels, Losses.IGNORED);
        for (int row = 0; row < pairs.size(); row++) {
            Pair pair = pairs.get(row);
            for (int t = 0; t < length(pair); t++) {
                read[row * width + t] = pair.ids[t];
                if (t + 1 >= pair.answer) {
                    labels[row * width + t] = pair.ids[t + 1];
                }
            }
        }
        return new Columns(
                new NDList(HostArrays.of(manager, read, shape)),
                new NDList(HostArrays.of(manager, labels, shape)));
    }
}
