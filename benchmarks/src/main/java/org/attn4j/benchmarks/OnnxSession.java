package org.attn4j.benchmarks;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** A model in ONNX Runtime, optimised as it does unless told otherwise. */
final class OnnxSession implements AutoCloseable {

    private final OrtEnvironment environment = OrtEnvironment.getEnvironment();
    private final OrtSession session;

    OnnxSession(Path onnx, int threads) throws OrtException {
        try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
            options.setIntraOpNumThreads(threads);
            options.setInterOpNumThreads(1);
            // Threads that wait are not to take time, as ours do not.
            options.addConfigEntry("session.intra_op.allow_spinning", "0");
            session = environment.createSession(onnx.toString(), options);
        }
    }

    /**
     * Computes the first output.
     *
     * @param rows B
     * @param inputs the numbers (B, T) of each input
     * @return its numbers
     */
    FloatBuffer run(int rows, Map<String, LongBuffer> inputs) {
        Map<String, OnnxTensor> tensors = new LinkedHashMap<>();
        try {
            for (Map.Entry<String, LongBuffer> input : inputs.entrySet()) {
                long[] shape = {rows, input.getValue().remaining() / rows};
                tensors.put(
                        input.getKey(),
                        OnnxTensor.createTensor(environment, input.getValue(), shape));
            }
            try (OrtSession.Result result = session.run(tensors)) {
                return ((OnnxTensor) result.get(0)).getFloatBuffer();
            }
        } catch (OrtException e) {
            throw new IllegalStateException("ONNX Runtime: " + e.getMessage(), e);
        } finally {
            tensors.values().forEach(OnnxTensor::close);
        }
    }

    @Override
    public void close() {
        try {
            session.close();
        } catch (OrtException e) {
            throw new IllegalStateException("ONNX Runtime: " + e.getMessage(), e);
        }
    }
}
