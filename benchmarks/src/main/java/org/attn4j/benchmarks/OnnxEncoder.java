package org.attn4j.benchmarks;

import ai.onnxruntime.OrtException;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.attn4j.models.checkpoint.ModelFiles;
import org.attn4j.models.generate.LengthBatches;
import org.attn4j.models.tokenizer.EncodeOptions;
import org.attn4j.models.tokenizer.ModelTokenizer;
import org.attn4j.models.tokenizer.Side;
import org.attn4j.models.tokenizer.TextPair;
import org.attn4j.models.tokenizer.TokenizedText;

/**
 * The sentence model in ONNX Runtime, with our tokenizer and batches: vectors are means over the
 * tokens, of length 1.
 */
final class OnnxEncoder implements AutoCloseable {

    /**
     * The float32 model, and the one whose weights are int8, as langchain4j's artifacts hold them.
     */
    static final String FLOAT32 = "all-minilm-l6-v2.onnx";

    static final String INT8 = "all-minilm-l6-v2-q.onnx";

    private static final LengthBatches BATCHES = new LengthBatches(2048); // as ours

    private final OnnxSession session;
    private final ModelTokenizer tokenizer;

    /**
     * Loads a model.
     *
     * @param onnx the model
     * @param folder where {@code tokenizer.json} is
     */
    OnnxEncoder(Path onnx, Path folder, int threads) throws IOException, OrtException {
        tokenizer = ModelTokenizer.load(ModelFiles.of(folder));
        try {
            session = new OnnxSession(onnx, threads);
        } catch (OrtException | RuntimeException e) {
            tokenizer.close();
            throw e;
        }
    }

    /** The vectors of texts that are no longer than the model reads. */
    List<float[]> embed(List<String> texts) {
        List<TokenizedText> rows =
                texts.stream()
                        .map(text -> tokenizer.encode(TextPair.of(text), EncodeOptions.DEFAULT))
                        .toList();
        return BATCHES.compute(rows, TokenizedText::length, this::vectors);
    }

    private List<float[]> vectors(List<TokenizedText> rows) {
        List<TokenizedText> padded =
                tokenizer.pad(rows, EncodeOptions.DEFAULT.withPadding(Side.RIGHT)).rows();
        Map<String, LongBuffer> inputs =
                Map.of(
                        "input_ids", numbers(padded, TokenizedText::ids),
                        "attention_mask", numbers(padded, TokenizedText::attentionMask),
                        "token_type_ids", numbers(padded, TokenizedText::typeIds));
        FloatBuffer states = session.run(rows.size(), inputs); // (B, T, D)
        return means(rows, padded.get(0).length(), states);
    }

    private static LongBuffer numbers(
            List<TokenizedText> rows, Function<TokenizedText, long[]> values) {
        LongBuffer all = LongBuffer.allocate(rows.size() * rows.get(0).length());
        rows.forEach(row -> all.put(values.apply(row)));
        return all.rewind();
    }

    /** The mean over the tokens of each row, brought to length 1. */
    private static List<float[]> means(List<TokenizedText> rows, int length, FloatBuffer states) {
        int size = states.remaining() / (rows.size() * length); // D
        List<float[]> vectors = new ArrayList<>();
        float[] state = new float[size];
        for (int row = 0; row < rows.size(); row++) {
            float[] sum = new float[size];
            for (int token = 0; token < rows.get(row).length(); token++) {
                states.get((row * length + token) * size, state);
                for (int i = 0; i < size; i++) {
                    sum[i] += state[i];
                }
            }
            double square = 0;
            for (float value : sum) {
                square += (double) value * value;
            }
            float scale = (float) (1 / Math.sqrt(square));
            for (int i = 0; i < size; i++) {
                sum[i] *= scale;
            }
            vectors.add(sum);
        }
        return vectors;
    }

    @Override
    public void close() {
        tokenizer.close();
        session.close();
    }
}
