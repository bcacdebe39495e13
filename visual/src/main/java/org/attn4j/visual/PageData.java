package org.attn4j.visual;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.attn4j.visual.AttentionPage.Extras;
import org.attn4j.visual.AttentionPage.Vectors;

/** What a page shows, as the JSON that its script reads. */
final class PageData {

    /**
     * Of the deflated weights; base 64 makes a third more of them, and a file stays below 10 MB.
     */
    private static final long MOST_BYTES = 6_600_000;

    /**
     * {@code <}, {@code >}, {@code &}, {@code =} and {@code '} come as {@code \\u003c} and so on.
     */
    private static final Gson JSON = new GsonBuilder().create();

    private PageData() {}

    static String json(
            String title,
            String description,
            Map<String, ShownTokens> tokens,
            Map<String, ShownAttention> attentions,
            Extras extras) {
        Map<String, Object> page = new LinkedHashMap<>();
        page.put("title", title);
        page.put("description", description);
        page.put("tokens", tokens);
        page.put("series", extras.series());
        page.put("labels", List.of(extras.firstLabel(), extras.secondLabel()));
        page.put("start", extras.start());
        int levels = levels(attentions, extras);
        List<Object> shown = new ArrayList<>();
        attentions.values().forEach(it -> shown.add(attention(it, extras, levels)));
        page.put("attentions", shown);
        return JSON.toJson(page);
    }

    /** One precision for all sites, so that they can be compared. */
    private static int levels(Map<String, ShownAttention> attentions, Extras extras) {
        List<float[][][]> grids = new ArrayList<>();
        attentions.values().forEach(it -> grids.add(it.weights()));
        extras.second().values().forEach(it -> grids.add(it.weights()));
        long ofVectors = 0;
        for (Vectors vectors : extras.vectors().values()) {
            ofVectors += 2 * (numbers(vectors.query()) + numbers(vectors.key()));
        }
        return Quantised.levelsWithin(grids, MOST_BYTES - ofVectors);
    }

    private static long numbers(float[][][] grid) {
        return (long) grid.length * grid[0].length * grid[0][0].length;
    }

    private static Map<String, Object> attention(ShownAttention shown, Extras extras, int levels) {
        Map<String, Object> entry = new LinkedHashMap<>();
        entry.put("label", shown.label());
        entry.put("site", shown.site());
        entry.put("kind", shown.kind().name().toLowerCase(Locale.ROOT));
        entry.put("layer", shown.layer());
        entry.put("queries", shown.queries());
        entry.put("keys", shown.keys());
        entry.put("drawing", shown.drawing().name().toLowerCase(Locale.ROOT));
        entry.put("note", shown.note());
        entry.put("heads", shown.heads());
        entry.put("weights", Quantised.of(shown.weights(), levels));
        if (extras.second().containsKey(shown.site())) {
            float[][][] other = extras.second().get(shown.site()).weights();
            entry.put("second", Quantised.of(other, levels));
        }
        if (extras.vectors().containsKey(shown.site())) {
            entry.put("vectors", vectors(extras.vectors().get(shown.site())));
        }
        if (extras.windows().containsKey(shown.site())) {
            entry.put("window", extras.windows().get(shown.site()));
        }
        return entry;
    }

    private static Map<String, Object> vectors(Vectors vectors) {
        return Map.of(
                "size", vectors.query()[0][0].length,
                "scale", vectors.scale(),
                "query", Quantised.of(vectors.query(), Quantised.finest()),
                "key", Quantised.of(vectors.key(), Quantised.finest()));
    }
}
