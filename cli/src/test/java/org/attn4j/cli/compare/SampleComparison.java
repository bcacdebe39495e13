package org.attn4j.cli.compare;

import java.util.List;
import java.util.Map;
import org.attn4j.cli.config.TranslationConfig;
import org.attn4j.cli.report.Report;

/** The page of a comparison whose figures are made up. */
public final class SampleComparison {

    private SampleComparison() {}

    /** The page of a configuration of such a name. */
    public static Report page(String name) {
        ComparisonResult result =
                new ComparisonResult(
                        TranslationConfig.bind(Map.of("name", name), "sample"), "PyTorch", 1);
        result.rows().add(row("multi-head", 31.5, 2.25, List.of("encoder-self", "cross")));
        result.rows().add(row("local:predicted, D=2", 8.25, null, List.of("cross")));
        return result.report();
    }

    private static ComparedRow row(String label, double bleu, Double entropy, List<String> places) {
        return new ComparedRow(
                "job",
                label,
                label,
                places,
                bleu,
                1.5 * bleu,
                40 / bleu,
                123_456,
                987.5,
                300_000_000L,
                null,
                entropy,
                Map.of(),
                20,
                3.5,
                List.of(new ComparedRow.Point(10, 5.5), new ComparedRow.Point(20, 40 / bleu)),
                "auto");
    }
}
