package org.attn4j.cli.attention;

import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.attn4j.attention.capture.Stages;
import org.attn4j.attention.mechanism.LocalAttention;
import org.attn4j.visual.AttentionPage;
import org.attn4j.visual.AttentionRecorder;
import org.attn4j.visual.RecordedAttention;
import org.attn4j.visual.ShownAttention;
import org.attn4j.visual.ShownAttention.Drawing;
import org.attn4j.visual.ShownAttention.Kind;
import org.attn4j.visual.ShownTokens;

/** What a page shows beside weights: vectors before them, windows, and the routes to experts. */
final class PageParts {

    /** The stages that are drawn. */
    static final String[] STAGES = {
        Stages.QUERY,
        Stages.KEY,
        Stages.SCORES,
        Stages.SCALED_SCORES,
        Stages.CENTRE,
        Stages.GAUSSIAN,
        Stages.ROUTING
    };

    private final AttentionPage.Builder page;
    private final AttentionRecorder recorder;

    PageParts(AttentionPage.Builder page, AttentionRecorder recorder) {
        this.page = page;
        this.recorder = recorder;
    }

    /** Adds what was told of the attentions on the page. */
    void add(Observation seen) {
        addVectors(seen.attentions().stream().filter(this::hasVectors).toList());
        seen.attentions().forEach(this::addWindow);
        addRoutes(seen);
    }

    /** Whether scores are products of queries and keys, as the neuron view takes them apart. */
    private boolean hasVectors(ObservedAttention attention) {
        String site = attention.site();
        RecordedAttention query = recorder.stage(Stages.QUERY).get(site);
        RecordedAttention key = recorder.stage(Stages.KEY).get(site);
        return recorder.stage(Stages.SCALED_SCORES).containsKey(site)
                && recorder.stage(Stages.SCORES).containsKey(site)
                && query != null
                && key != null
                && query.heads() == attention.heads()
                && query.heads() % key.heads() == 0
                && query.queries() == attention.recorded().queries()
                && key.queries() == attention.recorded().keys();
    }

    private void addVectors(List<ObservedAttention> attentions) {
        long numbers = 0;
        for (ObservedAttention attention : attentions) {
            RecordedAttention query = recorder.stage(Stages.QUERY).get(attention.site());
            long rows = (long) query.queries() + attention.recorded().keys();
            numbers += rows * query.heads() * query.keys();
        }
        if (numbers > AttentionPage.MOST_VECTOR_NUMBERS) {
            page.optDescription(
                    "Without the neuron view, which would make the file too large: choose a"
                            + " layer, or a shorter text.");
            return;
        }
        attentions.forEach(this::addVectors);
    }

    private void addVectors(ObservedAttention attention) {
        String site = attention.site();
        float[][][] query = recorder.stage(Stages.QUERY).get(site).row(0); // (N, T, H)
        float[][][] shared = recorder.stage(Stages.KEY).get(site).row(0); // (G, S, H)
        int together = query.length / shared.length;
        float[][][] key = new float[query.length][][]; // (N, S, H)
        for (int head = 0; head < key.length; head++) {
            key[head] = shared[head / together];
        }
        page.addVectors(site, query, key, scale(site));
    }

    /** What scores are multiplied with: told by the largest of them. */
    private double scale(String site) {
        float[] scores = recorder.stage(Stages.SCORES).get(site).weights();
        float[] scaled = recorder.stage(Stages.SCALED_SCORES).get(site).weights();
        int largest = 0;
        for (int i = 1; i < scores.length; i++) {
            largest = Math.abs(scores[i]) > Math.abs(scores[largest]) ? i : largest;
        }
        return scores[largest] == 0 ? 1 : (double) scaled[largest] / scores[largest];
    }

    private void addWindow(ObservedAttention attention) {
        RecordedAttention centre = recorder.stage(Stages.CENTRE).get(attention.site());
        if (centre != null && attention.mechanism() instanceof LocalAttention local) {
            float[][] centres = {centre.weights()}; // (1, T)
            boolean gaussian = recorder.stage(Stages.GAUSSIAN).containsKey(attention.site());
            page.addWindow(attention.site(), centres, local.halfWidth(), gaussian);
        }
    }

    private void addRoutes(Observation seen) {
        for (Map.Entry<String, RecordedAttention> told :
                recorder.stage(Stages.ROUTING).entrySet()) {
            String site = told.getKey();
            RecordedAttention routing = told.getValue();
            Kind kind = Observation.kind(site);
            int layer = Observation.layer(site);
            if (seen.attentions().stream()
                    .noneMatch(it -> it.kind() == kind && it.layer() == layer)) {
                continue;
            }
            String experts = "experts of layer " + layer;
            page.addTokens(
                    ShownTokens.of(
                            experts,
                            IntStream.range(0, routing.keys())
                                    .mapToObj(expert -> "expert " + expert)
                                    .toList()));
            page.addAttention(
                    new ShownAttention(
                            "routing, layer " + layer,
                            site,
                            kind,
                            layer,
                            seen.sequence(kind, routing.queries()),
                            experts,
                            Drawing.ROUTING,
                            routing.row(0),
                            "How much of each token's output each expert gives; blank for none."));
        }
    }
}
