package org.attn4j.cli.training;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A run of each task that trains in seconds: 12 steps, validated at steps 6 and 12, with dropout.
 */
final class TinyRuns {

    private TinyRuns() {}

    /** Writes the data of a run, and says what is given to {@code train}. */
    @FunctionalInterface
    interface Writer {

        /**
         * Writes a run.
         *
         * @param folder where its data and configuration go
         * @return the configuration, a file or a name, and its assignments
         */
        List<String> write(Path folder) throws IOException;
    }

    /** The runs by what they are called. */
    static Map<String, Writer> all() {
        Map<String, Writer> runs = new LinkedHashMap<>();
        runs.put("translation", TinyRuns::translation);
        return runs;
    }

    private static List<String> translation(Path folder) {
        return Arrays.asList(
                "copy",
                "data.synthetic.symbols=8",
                "data.synthetic.minLength=2",
                "data.synthetic.maxLength=4",
                "data.synthetic.trainSize=300",
                "data.synthetic.heldOutSize=20",
                "model.modelSize=16",
                "model.encoderHeads=2",
                "model.decoderHeads=2",
                "model.encoderLayers=1",
                "model.decoderLayers=1",
                "model.encoderFeedForwardSize=32",
                "model.decoderFeedForwardSize=32",
                "model.dropout=0.1",
                "batching.tokensPerBatch=120",
                "training.steps=12",
                "training.warmupSteps=4",
                "training.validationInterval=6");
    }
}
