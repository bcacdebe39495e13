package org.attn4j.models.task;

import com.google.gson.JsonElement;
import java.io.IOException;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.attn4j.common.Require;
import org.attn4j.models.generate.GenerationConfig;
import org.attn4j.models.model.Generation;
import org.attn4j.models.model.LoadedModel;
import org.attn4j.models.tokenizer.EncodeOptions;
import org.attn4j.models.tokenizer.ModelTokenizer;
import org.attn4j.models.tokenizer.TokenizedText;

/**
 * The tokens that a published encoder-decoder learns from, as transformers' examples prepare them:
 * the source with the prefix, the languages and the special tokens that the model reads, and the
 * labels, which are the target as its tokenizer writes targets. Only a first token that the decoder
 * starts from anyway, as that of BERT, is left out of the labels.
 *
 * <p>With labels {@code ids </s>} (T5, Marian), {@code <s> ids </s>} (BART), {@code ids </s> lang}
 * (mBART), {@code lang ids </s>} (mBART-50) and {@code ids [SEP]} (a BERT that writes), the
 * decoder's inputs follow from the labels by the model's own shift.
 */
public final class SequencePairEncoder {

    private final ModelTokenizer tokenizer;
    private final String before;
    private final GenerationConfig config;

    /**
     * Creates an encoder.
     *
     * @param generator the model and its tokenizer, which stay the caller's
     * @param request the task and the languages; the rest is not looked at
     * @throws IOException if the model's settings of generation cannot be read
     * @throws IllegalArgumentException if the model has no encoder or no such languages
     */
    public SequencePairEncoder(TextGenerator generator, GenerationRequest request)
            throws IOException {
        LoadedModel model = generator.model();
        Require.that(
                generator.isEncoderDecoder(),
                "%s goes on with a text rather than read one and write another",
                model.model().architecture());
        TextSides sides =
                TextSides.of(
                        model,
                        generator.tokenizer(),
                        request.task(),
                        request.sourceLanguage(),
                        request.targetLanguage());
        tokenizer = sides.tokenizer();
        before = sides.before();
        Map<String, JsonElement> language = sides.targetLanguage();
        config = new Generation(model, language, Generation.TEXT_SETTINGS).config(1);
    }

    /** How targets are searched for, with the language of the request. */
    GenerationConfig config() {
        return config;
    }

    /**
     * Encodes a source.
     *
     * @param text the text
     * @param most how many tokens are kept, special ones among them; 0 for all
     * @return what the encoder reads
     */
    public int[] source(String text, int most) {
        return ids(sourceTokens(text, most).ids());
    }

    /** The tokens of a source behind the prefix. */
    TokenizedText sourceTokens(String text, int most) {
        return tokenizer.encode(before + text, upTo(most));
    }

    /** What stands before each source. */
    String before() {
        return before;
    }

    /** The tokenizer, with the languages. */
    ModelTokenizer tokenizer() {
        return tokenizer;
    }

    /**
     * Encodes a source.
     *
     * @param text the text
     * @return all that the encoder reads; offsets count from the prefix of the task if it has one
     */
    public TokenizedText sourceTokens(String text) {
        return tokenizer.encode(before + text, EncodeOptions.DEFAULT);
    }

    /**
     * Returns what the labels of every target begin with.
     *
     * @return the labels of an empty target before the end, such as a language; may be empty
     */
    public int[] prefix() {
        int[] labels = labels("", 0);
        int end = 0;
        while (end < labels.length && !isEnd(labels[end])) {
            end++;
        }
        return Arrays.copyOf(labels, end);
    }

    /**
     * Encodes a target.
     *
     * @param text the text
     * @param most how many tokens are kept, special ones among them; 0 for all
     * @return the labels, which hold an end token where the model has one
     */
    public int[] labels(String text, int most) {
        int[] ids = ids(tokenizer.encodeTarget(text, upTo(most)).ids());
        int from = start(ids);
        boolean ended = Arrays.stream(ids).skip(from).anyMatch(this::isEnd);
        if (ended || config.eosIds().isEmpty()) {
            return Arrays.copyOfRange(ids, from, ids.length);
        }
        int kept = most == 0 ? ids.length : Math.min(ids.length, from + most - 1);
        int[] labels = Arrays.copyOfRange(ids, from, kept + 1);
        labels[labels.length - 1] = config.eosId();
        return labels;
    }

    /** How many tokens the decoder starts from anyway. */
    private int start(int[] ids) {
        return ids.length > 0 && ids[0] == config.decoderStartId() && !isEnd(ids[0]) ? 1 : 0;
    }

    private boolean isEnd(int id) {
        return config.eosIds().contains(id);
    }

    /** The tokens of a target that come before the end, without a start and one that is forced. */
    TokenizedText free(String text) {
        TokenizedText all = tokenizer.encodeTarget(text, EncodeOptions.DEFAULT);
        int[] ids = ids(all.ids());
        int from = start(ids);
        if (from < ids.length && ids[from] == config.forcedBosId()) {
            from++;
        }
        int to = from;
        while (to < ids.length && !isEnd(ids[to])) {
            to++;
        }
        return all.select(IntStream.range(from, to).toArray());
    }

    private static EncodeOptions upTo(int most) {
        return most == 0 ? EncodeOptions.DEFAULT : EncodeOptions.upTo(most);
    }

    static int[] ids(long[] ids) {
        return LongStream.of(ids).mapToInt(Math::toIntExact).toArray();
    }
}
