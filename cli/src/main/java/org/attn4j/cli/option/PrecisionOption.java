package org.attn4j.cli.option;

import org.attn4j.attention.ops.Precision;
import org.attn4j.models.model.Pretrained;
import picocli.CommandLine.Option;

/** What a verb that only predicts computes with. */
public final class PrecisionOption {

    @Option(
            names = "--precision",
            paramLabel = "PRECISION",
            description =
                    "What linear maps compute with: fp32 (default), bf16 or int8, which are faster and"
                            + " less exact ('docs/performance.md'). On a CPU, with PyTorch.")
    private String precision = Precision.FP32.toString();

    /** Sets the precision of a model that is loaded. */
    public Pretrained.Loader of(Pretrained.Loader loader) {
        return loader.optPrecision(Precision.parse(precision));
    }
}
