package org.attn4j.cli.attention;

import java.util.Locale;
import org.attn4j.attention.Attention;
import org.attn4j.attention.mechanism.HardAttention;
import org.attn4j.attention.mechanism.LocalAttention;
import org.attn4j.attention.mechanism.SparseAttention;
import org.attn4j.cli.report.Terms;
import org.attn4j.common.Require;
import org.attn4j.visual.RecordedAttention;
import org.attn4j.visual.ShownAttention;
import org.attn4j.visual.ShownAttention.Drawing;
import org.attn4j.visual.ShownAttention.Kind;

/**
 * The weights of one site of a model.
 *
 * @param recorded the weights, of one text
 * @param kind who looks at whom
 * @param layer the layer, from 0
 * @param queries the name of the sequence that looks
 * @param keys the name of the sequence that is looked at
 * @param mechanism the block that told them, or null if it is not known
 */
record ObservedAttention(
        RecordedAttention recorded,
        Kind kind,
        int layer,
        String queries,
        String keys,
        Attention mechanism) {

    String site() {
        return recorded.site();
    }

    /** The kind as options and documents name it. */
    static String name(Kind kind) {
        return kind.name().toLowerCase(Locale.ROOT);
    }

    /** What a reader calls it: of a model with one stack the layer says all. */
    String label() {
        return kind == Kind.SELF ? Terms.layerOf(site()) : Terms.place(site());
    }

    int heads() {
        return recorded.heads();
    }

    /** Refuses a head that is not there. */
    void requireHead(int head) {
        Require.that(
                head >= 0 && head < heads(),
                "--head must be at least 0 and below %s in %s, got %s",
                heads(),
                label(),
                head);
    }

    /** The mean of the heads. */
    ObservedAttention mean() {
        float[][][] all = recorded.row(0); // (N, T, S)
        float[][] mean = new float[recorded.queries()][recorded.keys()];
        for (float[][] head : all) {
            for (int t = 0; t < mean.length; t++) {
                for (int s = 0; s < mean[t].length; s++) {
                    mean[t][s] += head[t][s] / all.length;
                }
            }
        }
        float[] flat = new float[mean.length * recorded.keys()];
        for (int t = 0; t < mean.length; t++) {
            System.arraycopy(mean[t], 0, flat, t * recorded.keys(), recorded.keys());
        }
        RecordedAttention one =
                new RecordedAttention(
                        site(), recorded.pass(), 1, 1, mean.length, recorded.keys(), flat);
        return new ObservedAttention(one, kind, layer, queries, keys, mechanism);
    }

    /** The weights as the paper of the mechanism draws them. */
    ShownAttention shown() {
        Drawing drawing = drawing();
        ShownAttention shown =
                new ShownAttention(
                        label(), site(), kind, layer, queries, keys, drawing, recorded.row(0), "");
        boolean seesSome = drawing == Drawing.WINDOW || drawing == Drawing.PATTERN;
        return seesSome ? shown.withZerosUnseen() : shown;
    }

    private Drawing drawing() {
        if (mechanism instanceof HardAttention) {
            return Drawing.POSITION;
        }
        if (mechanism instanceof LocalAttention) {
            return Drawing.WINDOW;
        }
        return mechanism instanceof SparseAttention ? Drawing.PATTERN : Drawing.WEIGHTS;
    }
}
