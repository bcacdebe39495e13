package org.attn4j.cli.attention;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.attn4j.attention.spec.AttentionSlot;
import org.attn4j.cli.report.Report;
import org.attn4j.cli.report.Section;
import org.attn4j.models.config.PrunedHeads;
import org.attn4j.models.model.AttentionHead;

/**
 * What is told of an ablation.
 *
 * @param model the model
 * @param data what it was measured on
 * @param examples how many examples these were
 * @param found what each head is worth
 * @param pruned the smaller model; null without
 */
record AblationReport(String model, String data, long examples, HeadAblation found, Pruned pruned) {

    /**
     * A smaller model, and what it is worth.
     *
     * @param folder where it is
     * @param heads the heads that were taken away
     * @param data what both models were measured on
     * @param parametersBefore how many numbers the model had
     * @param parametersAfter how many it has
     * @param before the figures of the model
     * @param after those of the smaller one, by the same names
     */
    record Pruned(
            String folder,
            List<AttentionHead> heads,
            String data,
            long parametersBefore,
            long parametersAfter,
            Map<String, Double> before,
            Map<String, Double> after) {}

    /** For people. */
    List<String> lines() {
        String metric = found.metric();
        List<String> lines = new ArrayList<>();
        lines.add(
                format("%-13s %-6s %-5s %10s %10s", "without", "layer", "head", metric, "change"));
        for (HeadAblation.Without it : found.byHarm()) {
            AttentionHead head = it.head();
            lines.add(
                    format(
                            "%-13s %-6s %-5s %10.4f %10s",
                            head.slot().label(),
                            head.layer(),
                            head.head(),
                            it.score(),
                            signed(found.change(it))));
        }
        lines.add(
                format(
                        "all %s heads: %s = %.4f on %s examples of %s",
                        found.heads().size(), metric, found.score(), examples, data));
        lines.add("hurts most: " + told(most()));
        lines.add("hurts least: " + told(least()));
        if (pruned != null) {
            lines.add(
                    format(
                            "%s: the model without %s heads, %,d of %,d parameters",
                            pruned.folder,
                            pruned.heads.size(),
                            pruned.parametersAfter,
                            pruned.parametersBefore));
            pruned.before.forEach(
                    (name, before) ->
                            lines.add(
                                    format(
                                            "%s = %.4f before, %.4f after, on %s",
                                            name, before, pruned.after.get(name), pruned.data)));
        }
        return lines;
    }

    private HeadAblation.Without most() {
        return found.byHarm().get(0);
    }

    private HeadAblation.Without least() {
        return found.byHarm().get(found.heads().size() - 1);
    }

    private String told(HeadAblation.Without it) {
        return format(
                "%s (%s %.4f, %s)",
                name(it.head()), found.metric(), it.score(), signed(found.change(it)));
    }

    private static String name(AttentionHead head) {
        return "%s layer %s head %s".formatted(head.slot().label(), head.layer(), head.head());
    }

    /** For {@code --json}. */
    Map<String, Object> document() {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("model", model);
        document.put("data", data);
        document.put("examples", examples);
        document.put("metric", found.metric());
        document.put("score", found.score());
        document.put("heads", found.heads().stream().map(this::document).toList());
        document.put("hurts_most", document(most()));
        document.put("hurts_least", document(least()));
        if (pruned != null) {
            Map<String, Object> smaller = new LinkedHashMap<>();
            smaller.put("model", pruned.folder);
            smaller.put(PrunedHeads.KEY, AttentionHead.all(pruned.heads).byAttention());
            smaller.put("parameters_before", pruned.parametersBefore);
            smaller.put("parameters_after", pruned.parametersAfter);
            smaller.put("data", pruned.data);
            smaller.put("before", pruned.before);
            smaller.put("after", pruned.after);
            document.put("pruned", smaller);
        }
        return document;
    }

    private Map<String, Object> document(HeadAblation.Without it) {
        Map<String, Object> head = new LinkedHashMap<>();
        head.put("slot", it.head().slot().label());
        head.put("layer", it.head().layer());
        head.put("head", it.head().head());
        head.put("score", it.score());
        head.put("change", found.change(it));
        return head;
    }

    /** The page. */
    Report page() {
        List<Section> sections = new ArrayList<>();
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("Model", model);
        facts.put("Measured on", format("%s examples of %s", examples, data));
        facts.put("All heads", format("%s = %.4f", found.metric(), found.score()));
        facts.put("Hurts most", told(most()));
        facts.put("Hurts least", told(least()));
        sections.add(new Section.Facts("", facts));
        if (pruned != null) {
            sections.add(prunedFacts());
        }
        List<Section.HeadMap> maps = new ArrayList<>();
        for (AttentionSlot slot : AttentionSlot.values()) {
            List<Section.HeadCell> cells =
                    found.heads().stream()
                            .filter(it -> it.head().slot() == slot)
                            .map(this::cell)
                            .toList();
            if (!cells.isEmpty()) {
                maps.add(new Section.HeadMap(slot.label(), cells));
            }
        }
        sections.add(
                new Section.Heads(
                        "What each head is worth",
                        "Each number is the change of "
                                + found.metric()
                                + " when that head alone is taken away: orange where the model is"
                                + " worse without it, blue where it is better, white where nothing"
                                + " changes.",
                        maps));
        sections.add(table());
        return new Report("Attention heads taken away in turn", sections);
    }

    private Section prunedFacts() {
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("Model", pruned.folder);
        facts.put(
                "Heads taken away",
                String.join(", ", pruned.heads.stream().map(AblationReport::name).toList()));
        facts.put(
                "Parameters",
                format("%,d of %,d", pruned.parametersAfter, pruned.parametersBefore));
        pruned.before.forEach(
                (name, before) ->
                        facts.put(
                                name,
                                format("%.4f before, %.4f after", before, pruned.after.get(name))));
        facts.put("Measured on", pruned.data);
        return new Section.Facts("The smaller model", facts);
    }

    private Section.HeadCell cell(HeadAblation.Without it) {
        return new Section.HeadCell(
                it.head().layer(), it.head().head(), found.harm(it), signed(found.change(it)));
    }

    private Section table() {
        List<List<String>> rows = new ArrayList<>();
        for (HeadAblation.Without it : found.byHarm()) {
            rows.add(
                    List.of(
                            it.head().slot().label(),
                            String.valueOf(it.head().layer()),
                            String.valueOf(it.head().head()),
                            format("%.4f", it.score()),
                            signed(found.change(it))));
        }
        return Section.Table.of(
                "The heads, those whose removal hurts most first",
                List.of("attention", "layer", "head", found.metric(), "change"),
                rows);
    }

    /** A change, whose sign is that of what is written: no negative zero. */
    private static String signed(double change) {
        String text = format("%+.4f", change);
        return text.equals("-0.0000") ? "+0.0000" : text;
    }

    private static String format(String pattern, Object... arguments) {
        return String.format(Locale.ROOT, pattern, arguments);
    }
}
