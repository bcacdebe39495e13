package org.attn4j.visual;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.attn4j.common.Require;
import org.attn4j.models.checkpoint.AtomicFile;
import org.attn4j.models.checkpoint.SaveException;

/**
 * Attention weights to look at: as one HTML file that needs no network, as SVG for a paper, and as
 * text.
 *
 * <pre>{@code
 * AttentionPage page =
 *         AttentionPage.builder("The cat sat")
 *                 .addTokens(ShownTokens.of("text", List.of("the", "cat", "sat")))
 *                 .addAttention(
 *                         ShownAttention.of(
 *                                 "self-attention", "text", "text", Drawing.WEIGHTS,
 *                                 recorder.recorded().get(0).row(0)))
 *                 .build();
 * page.write(Path.of("attention.html"));
 * }</pre>
 *
 * <p>In JShell a page shows itself as {@link #toString()}, a heat map in text. In a notebook {@code
 * display(page.toIframe(), "text/html")} shows the page in the kernels IJava and JJava, {@code
 * display("html", page.toIframe())} in Rapaio's, which takes the last value of a cell as HTML: the
 * page itself must not be one there.
 *
 * <p>The page keeps weights to a precision that it tells: 16 bits each where they are few, less
 * where they are many, so that the file stays small.
 */
public final class AttentionPage {

    /** The most weights of one page, both sets together: 512 MB of them as Java holds them. */
    static final long MOST_CELLS = 1L << 27;

    /** The most numbers in all query and key vectors of one page. */
    public static final long MOST_VECTOR_NUMBERS = 1L << 21;

    /** What one drawing shows. */
    public enum View {
        /** Two columns of tokens, a line for each weight. */
        HEAD,
        /** Queries by keys, a cell for each weight. */
        MATRIX
    }

    private final String title;
    private final String description;
    private final Map<String, ShownTokens> tokens;
    private final Map<String, ShownAttention> attentions;
    private final Extras extras;

    private AttentionPage(Builder builder) {
        title = builder.title;
        description = builder.description;
        tokens = Map.copyOf(builder.tokens);
        attentions = Collections.unmodifiableMap(new LinkedHashMap<>(builder.attentions));
        extras = builder.extras();
    }

    /**
     * Starts a page.
     *
     * @param title its heading
     * @return the builder
     */
    public static Builder builder(String title) {
        return new Builder(title);
    }

    /**
     * Makes the whole page.
     *
     * @return an HTML document that refers to nothing outside of itself
     */
    public String toHtml() {
        return PageText.html(title, PageData.json(title, description, tokens, attentions, extras));
    }

    /**
     * Makes an element to show the page within another one, such as a notebook.
     *
     * @return an {@code iframe} that holds {@link #toHtml()}, kept apart from the page around it
     */
    public String toIframe() {
        return PageText.iframe(title, toHtml());
    }

    /**
     * Draws one head of one attention.
     *
     * @param site the site of the attention
     * @param head the head, from 0
     * @param view what to draw
     * @return an SVG document
     */
    public String toSvg(String site, int head, View view) {
        ShownAttention attention = attention(site);
        Require.that(
                head >= 0 && head < attention.heads(),
                "head must be from 0 and below %s, got %s",
                attention.heads(),
                head);
        SvgDrawing drawing =
                new SvgDrawing(
                        attention,
                        head,
                        tokens.get(attention.queries()),
                        tokens.get(attention.keys()));
        return view == View.HEAD ? drawing.lines() : drawing.matrix();
    }

    private ShownAttention attention(String site) {
        Require.that(
                attentions.containsKey(site),
                "site must be one of the page, got %s, there are %s",
                site,
                attentions.keySet());
        return attentions.get(site);
    }

    /**
     * Writes the page, whole or not at all.
     *
     * @param file the HTML file to make or replace; its folder must exist
     * @throws SaveException if it fails; the file is then as it was
     */
    public void write(Path file) throws SaveException {
        AtomicFile.writeString(file, toHtml());
    }

    /**
     * Returns the first attention, averaged over its heads, as a heat map in text, and the names of
     * the others.
     */
    @Override
    public String toString() {
        return TextHeatMap.of(title, tokens, attentions.values());
    }

    /** What a page may show beside the weights. */
    record Extras(
            Map<String, Vectors> vectors,
            Map<String, Window> windows,
            Map<String, float[]> series,
            String firstLabel,
            String secondLabel,
            Map<String, ShownAttention> second,
            Start start) {}

    /** The site and the head that the page opens at. */
    record Start(String site, int head) {}

    /** Queries (N, T, H) and keys (N, S, H) of a site, and what divides their product. */
    record Vectors(float[][][] query, float[][][] key, double scale) {}

    /** Where the windows of a site stand: centres (N, T), D to each side, weighted or not. */
    record Window(float[][] centres, double halfWidth, boolean gaussian) {}

    /** Collects what a page shows. */
    public static final class Builder {

        private final String title;
        private String description = "";
        private final Map<String, ShownTokens> tokens = new LinkedHashMap<>();
        private final Map<String, ShownAttention> attentions = new LinkedHashMap<>();
        private final Map<String, Vectors> vectors = new LinkedHashMap<>();
        private final Map<String, Window> windows = new LinkedHashMap<>();
        private final Map<String, float[]> series = new LinkedHashMap<>();
        private final Map<String, ShownAttention> second = new LinkedHashMap<>();
        private String firstLabel = "";
        private String secondLabel = "";
        private Start start; // null for the first

        private Builder(String title) {
            Require.that(!title.isBlank(), "title must not be blank");
            this.title = title;
        }

        /**
         * Adds tokens under their name.
         *
         * @param added the tokens
         * @return this builder
         */
        public Builder addTokens(ShownTokens added) {
            Require.that(
                    tokens.putIfAbsent(added.name(), added) == null,
                    "tokens must have a name of their own, got %s twice",
                    added.name());
            return this;
        }

        /**
         * Adds the weights of one site. The page shows them in this order.
         *
         * @param added the weights
         * @return this builder
         */
        public Builder addAttention(ShownAttention added) {
            Require.that(
                    attentions.putIfAbsent(added.site(), added) == null,
                    "attentions must have a site of their own, got %s twice",
                    added.site());
            return this;
        }

        /**
         * Adds what the weights of a site were computed from, for the neuron view: score = scale ·
         * q·k.
         *
         * @param site the site of an attention of this page
         * @param query (N, T, H); not copied
         * @param key (N, S, H); not copied
         * @param scale what the product is multiplied with, such as 1/√H
         * @return this builder
         */
        public Builder addVectors(String site, float[][][] query, float[][][] key, double scale) {
            Grids.check("queries of " + site, query, ShownTokens.MOST_TOKENS);
            Grids.check("keys of " + site, key, ShownTokens.MOST_TOKENS);
            Grids.checkFinite("queries of " + site, query);
            Grids.checkFinite("keys of " + site, key);
            Require.that(Double.isFinite(scale), "scale must be finite, got %s", scale);
            Require.that(
                    query[0][0].length == key[0][0].length,
                    "queries and keys of %s must have one size, got %s and %s",
                    site,
                    query[0][0].length,
                    key[0][0].length);
            vectors.put(site, new Vectors(query, key, scale));
            return this;
        }

        /**
         * Adds where the windows of local attention stand (Luong et al. 2015, section 3.2). Without
         * it the page shows the keys that are not {@link Float#NaN} as the window.
         *
         * @param site the site of an attention of this page
         * @param centres p_t, (N, T), in positions of the keys; not copied
         * @param halfWidth D, the positions to each side
         * @param gaussian whether the weights are multiplied by exp(−(s − p_t)² / (2σ²)), σ = D / 2
         * @return this builder
         */
        public Builder addWindow(
                String site, float[][] centres, double halfWidth, boolean gaussian) {
            Require.that(
                    halfWidth >= 0 && halfWidth <= ShownTokens.MOST_TOKENS,
                    "halfWidth must be from 0 to %s, got %s",
                    ShownTokens.MOST_TOKENS,
                    halfWidth);
            Grids.checkFinite("centres of " + site, new float[][][] {centres});
            windows.put(site, new Window(centres, halfWidth, gaussian));
            return this;
        }

        /**
         * Adds the values of a time series, drawn above the weights of its steps.
         *
         * @param name the name of the tokens that are its steps
         * @param values a value a step
         * @return this builder
         */
        public Builder addSeries(String name, float[] values) {
            Grids.checkFinite("series " + name, new float[][][] {{values}});
            series.put(name, values.clone());
            return this;
        }

        /**
         * Sets a sentence or two below the heading.
         *
         * @param text the text; markup in it is shown as text
         * @return this builder
         */
        public Builder optDescription(String text) {
            description = text;
            return this;
        }

        /**
         * Sets what the page opens at: the first attention unless set.
         *
         * @param site the site of an attention of this page
         * @param head one of its heads, from 0
         * @return this builder
         */
        public Builder optStart(String site, int head) {
            start = new Start(site, head);
            return this;
        }

        /**
         * Sets a second model's weights on the same tokens, for the view that shows the difference.
         *
         * @param labelOfFirst what a reader calls the model of {@link #addAttention}
         * @param labelOfSecond what a reader calls the other one
         * @param weights its weights: sites of this page, with the same sizes
         * @return this builder
         */
        public Builder optSecond(
                String labelOfFirst, String labelOfSecond, List<ShownAttention> weights) {
            firstLabel = labelOfFirst;
            secondLabel = labelOfSecond;
            second.clear();
            for (ShownAttention added : weights) {
                Require.that(
                        second.putIfAbsent(added.site(), added) == null,
                        "attentions must have a site of their own, got %s twice",
                        added.site());
            }
            return this;
        }

        /**
         * Checks that all parts fit together.
         *
         * @return the page
         * @throws IllegalArgumentException if an attention names tokens that are not there, or
         *     sizes differ
         */
        public AttentionPage build() {
            Require.that(!attentions.isEmpty(), "a page must have at least one attention");
            attentions.values().forEach(this::checkTokens);
            second.values().forEach(this::checkSecond);
            vectors.forEach(this::checkVectors);
            windows.forEach(this::checkWindow);
            series.forEach(this::checkSeries);
            if (start != null) {
                int heads = attention("the start", start.site()).heads();
                Require.that(
                        start.head() >= 0 && start.head() < heads,
                        "the head of the start must be from 0 and below %s, got %s",
                        heads,
                        start.head());
            }
            checkTotals();
            return new AttentionPage(this);
        }

        private Extras extras() {
            return new Extras(
                    Map.copyOf(vectors),
                    Map.copyOf(windows),
                    Map.copyOf(series),
                    firstLabel,
                    secondLabel,
                    Map.copyOf(second),
                    start);
        }

        private void checkTokens(ShownAttention shown) {
            checkSize(shown.site(), "queries", shown.queries(), shown.queryCount());
            checkSize(shown.site(), "keys", shown.keys(), shown.keyCount());
        }

        private void checkSize(String site, String side, String name, int size) {
            Require.that(
                    tokens.containsKey(name),
                    "%s of %s must be tokens of the page, got %s, there are %s",
                    side,
                    site,
                    name,
                    tokens.keySet());
            Require.that(
                    tokens.get(name).size() == size,
                    "%s of %s must be as many as the tokens of %s, got %s weights, %s tokens",
                    side,
                    site,
                    name,
                    size,
                    tokens.get(name).size());
        }

        private void checkSecond(ShownAttention other) {
            ShownAttention first = attention("second attentions", other.site());
            Require.that(
                    first.heads() == other.heads()
                            && first.queryCount() == other.queryCount()
                            && first.keyCount() == other.keyCount(),
                    "both models must have the same sizes at %s, got (%s, %s, %s) and (%s, %s, %s)",
                    other.site(),
                    first.heads(),
                    first.queryCount(),
                    first.keyCount(),
                    other.heads(),
                    other.queryCount(),
                    other.keyCount());
        }

        private void checkVectors(String site, Vectors added) {
            ShownAttention shown = attention("vectors", site);
            Require.that(
                    added.query().length == shown.heads()
                            && added.key().length == shown.heads()
                            && added.query()[0].length == shown.queryCount()
                            && added.key()[0].length == shown.keyCount(),
                    "vectors of %s must have the heads, queries and keys of its weights",
                    site);
        }

        private void checkWindow(String site, Window added) {
            ShownAttention shown = attention("windows", site);
            Require.that(
                    added.centres().length == shown.heads(),
                    "centres of %s must be one row a head, got %s rows, %s heads",
                    site,
                    added.centres().length,
                    shown.heads());
            for (float[] row : added.centres()) {
                Require.that(
                        row.length == shown.queryCount(),
                        "centres of %s must be one a query, got %s centres, %s queries",
                        site,
                        row.length,
                        shown.queryCount());
            }
        }

        private void checkSeries(String name, float[] values) {
            Require.that(
                    tokens.containsKey(name) && tokens.get(name).size() == values.length,
                    "a series must have a value for each of the tokens of %s, got %s values",
                    name,
                    values.length);
        }

        private ShownAttention attention(String what, String site) {
            Require.that(
                    attentions.containsKey(site),
                    "%s must be of a site of the page, got %s, there are %s",
                    what,
                    site,
                    attentions.keySet());
            return attentions.get(site);
        }

        private void checkTotals() {
            long cells = 0;
            List<ShownAttention> all = new ArrayList<>(attentions.values());
            all.addAll(second.values());
            for (ShownAttention shown : all) {
                cells += shown.cells();
            }
            Require.that(
                    cells <= MOST_CELLS,
                    "a page must have at most %s weights, got %s: show fewer layers or tokens",
                    MOST_CELLS,
                    cells);
            long numbers = 0;
            for (Vectors added : vectors.values()) {
                long rows = added.query()[0].length + added.key()[0].length;
                numbers += rows * added.query().length * added.query()[0][0].length;
            }
            Require.that(
                    numbers <= MOST_VECTOR_NUMBERS,
                    "a page must have at most %s numbers in vectors, got %s: add fewer sites",
                    MOST_VECTOR_NUMBERS,
                    numbers);
        }
    }
}
