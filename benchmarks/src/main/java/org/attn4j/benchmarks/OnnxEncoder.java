package org.attn4j.benchmarks;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
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

    private final OrtEnvironment environment = OrtEnvironment.getEnvironment();
    private final OrtSession session;
    private final ModelTokenizer tokenizer;

    /**
     * Loads a model.
     *
     * @param onnx the model
     * @param folder where {@code tokenizer.json} is
     */
    OnnxEncoder(Path onnx, Path folder, int threads) throws IOException, OrtException {
        tokenizer = ModelTokenizer.load(ModelFiles.of(folder));
        try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
            options.setIntraOpNumThreads(threads);
            options.setInterOpNumThreads(1);
            // Threads that wait are not to take time, as ours do not.
            options.addConfigEntry("session.intra_op.allow_spinning", "0");
            session = environment.createSession(onnx.toString(), options);
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
        Map<String, OnnxTensor> inputs = new LinkedHashMap<>();
        try {
            inputs.put("input_ids", tensor(padded, TokenizedText::ids));
            inputs.put("attention_mask", tensor(padded, TokenizedText::attentionMask));
            inputs.put("token_type_ids", tensor(padded, TokenizedText::typeIds));
            try (OrtSession.Result result = session.run(inputs)) {
                OnnxTensor states = (OnnxTensor) result.get(0); // (B, T, D)
                return means(rows, padded.get(0).length(), states.getFloatBuffer());
            }
        } catch (OrtException e) {
            throw new IllegalStateException("ONNX Runtime: " + e.getMessage(), e);
        } finally {
            inputs.values().forEach(OnnxTensor::close);
        }
    }

    private OnnxTensor tensor(List<TokenizedText> rows, Function<TokenizedText, long[]> values)
            throws OrtException {
        int length = rows.get(0).length();
        LongBuffer all = LongBuffer.allocate(rows.size() * length);
        rows.forEach(row -> all.put(values.apply(row)));
        return OnnxTensor.createTensor(environment, all.rewind(), new long[] {rows.size(), length});
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
        try {
            session.close();
        } catch (OrtException e) {
            throw new IllegalStateException("ONNX Runtime: " + e.getMessage(), e);
        }
    }
}
