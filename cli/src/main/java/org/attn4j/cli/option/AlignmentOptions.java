package org.attn4j.cli.option;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.attn4j.common.Require;
import org.attn4j.common.WordAlignment;
import org.attn4j.models.task.SoftAlignment;
import org.attn4j.models.task.WordAligner;
import picocli.CommandLine.Option;

/** How a verb that translates tells which words came from which. */
public final class AlignmentOptions {

    private static final String HARD = "hard";
    private static final String SOFT = "soft";

    @Option(
            names = "--alignment",
            paramLabel = "hard|soft|X",
            description =
                    "Prints behind each translation which words of the text its words came from, by"
                            + " the model's attention: a link of each word (0-0 1-2), all weights, or"
                            + " the links of more weight than X, which is below 1.")
    private String kind;

    @Option(
            names = "--alignment-layer",
            paramLabel = "L",
            description =
                    "The layer of the decoder that --alignment reads, from 0 (default: the last but"
                            + " one, or the last of one or two).")
    private Integer layer;

    private double threshold;

    /** Whether alignments are asked for. */
    public boolean isAsked() {
        return kind != null;
    }

    /** Refuses what makes no sense, before anything is loaded. */
    public void check() {
        Require.that(
                layer == null || isAsked(), "--alignment-layer goes together with --alignment");
        if (!isAsked() || kind.equals(HARD) || kind.equals(SOFT)) {
            return;
        }
        try {
            threshold = Double.parseDouble(kind);
        } catch (NumberFormatException e) {
            threshold = Double.NaN;
        }
        Require.that(
                threshold >= 0 && threshold < 1,
                "--alignment must be hard, soft or a number from 0 to below 1, got %s",
                kind);
    }

    /** The layer to read. */
    public int layer(WordAligner aligner) {
        int chosen = layer == null ? aligner.usualLayer() : layer;
        aligner.requireLayer(chosen);
        return chosen;
    }

    /** An alignment as a line has it. */
    public String text(SoftAlignment weights) {
        return kind.equals(SOFT) ? weights.toString() : links(weights).toString();
    }

    /**
     * An alignment in a JSON document: pairs of word numbers, or words and weights.
     *
     * @param source the words of the text
     * @param target the words of the translation
     */
    public Object document(SoftAlignment weights, List<String> source, List<String> target) {
        if (!kind.equals(SOFT)) {
            return links(weights).possible().stream()
                    .map(link -> List.of(link.source(), link.target()))
                    .toList();
        }
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("source", source);
        document.put("target", target);
        document.put("weights", weights.weights());
        return document;
    }

    private WordAlignment links(SoftAlignment weights) {
        return kind.equals(HARD) ? weights.hard() : weights.above(threshold);
    }
}
