package org.attn4j.cli.model;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import org.attn4j.common.Require;
import org.attn4j.common.WordAlignment;
import org.attn4j.models.metric.AlignmentErrorRate;
import org.attn4j.models.task.WordAligner;
import org.attn4j.models.task.WordAligner.Step;
import org.attn4j.models.task.WordAttention;
import org.attn4j.models.tokenizer.TextWords;

/**
 * How well the layers of a decoder align words: the hard links of each layer and step, over the
 * targets that are given.
 *
 * @param usualLayer the layer that is read unless another is named
 * @param layers the layers, the step that predicts a token before the one that reads it
 * @param diagonal what links along the diagonal would reach
 */
record AlignmentScores(int usualLayer, List<Layer> layers, AlignmentErrorRate diagonal) {

    /**
     * A layer and a step.
     *
     * @param layer the layer, from 0
     * @param step whose look is taken for a token
     * @param mean of the weights of all heads
     * @param heads of each head by itself
     */
    record Layer(int layer, Step step, AlignmentErrorRate mean, List<AlignmentErrorRate> heads) {

        int bestHead() {
            int best = 0;
            for (int head = 1; head < heads.size(); head++) {
                best = heads.get(head).score() < heads.get(best).score() ? head : best;
            }
            return best;
        }

        Layer plus(Layer other) {
            List<AlignmentErrorRate> sums = new ArrayList<>();
            for (int head = 0; head < heads.size(); head++) {
                sums.add(heads.get(head).plus(other.heads.get(head)));
            }
            return new Layer(layer, step, mean.plus(other.mean), sums);
        }
    }

    /**
     * Aligns targets that are given.
     *
     * @param truth the true alignment of each pair, or null if it is not known
     */
    static AlignmentScores of(
            WordAligner aligner,
            List<String> sources,
            List<String> targets,
            List<WordAlignment> truth) {
        check(sources, targets, truth);
        List<Layer> layers = new ArrayList<>();
        for (Step step : Step.values()) {
            List<List<Layer>> found =
                    aligner.align(
                            sources,
                            targets,
                            step,
                            (pair, seen) ->
                                    IntStream.range(0, aligner.layers())
                                            .mapToObj(i -> layer(seen, truth.get(pair), i, step))
                                            .toList());
            for (int i = 0; i < aligner.layers(); i++) {
                int layer = i;
                layers.add(
                        found.stream().map(it -> it.get(layer)).reduce(Layer::plus).orElseThrow());
            }
        }
        AlignmentErrorRate diagonal = AlignmentErrorRate.NONE;
        for (int i = 0; i < truth.size(); i++) {
            diagonal =
                    diagonal.plus(
                            AlignmentErrorRate.of(
                                    diagonal(sources.get(i), targets.get(i)), truth.get(i)));
        }
        return new AlignmentScores(aligner.usualLayer(), layers, diagonal);
    }

    private static void check(
            List<String> sources, List<String> targets, List<WordAlignment> truth) {
        Require.that(
                truth != null,
                "aer needs to know which words of the pairs belong together: give --alignments");
        Require.that(
                truth.size() == sources.size(),
                "there must be an alignment for each pair, got %s alignments for %s pairs",
                truth.size(),
                sources.size());
        for (int i = 0; i < truth.size(); i++) {
            try {
                truth.get(i)
                        .requireWithin(
                                TextWords.of(sources.get(i)).size(),
                                TextWords.of(targets.get(i)).size());
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException(
                        "alignment %s: %s".formatted(i + 1, e.getMessage()), e);
            }
        }
    }

    private static Layer layer(WordAttention found, WordAlignment truth, int layer, Step step) {
        return new Layer(
                layer,
                step,
                AlignmentErrorRate.of(found.layer(layer).hard(), truth),
                found.heads(layer).stream()
                        .map(head -> AlignmentErrorRate.of(head.hard(), truth))
                        .toList());
    }

    /** Links each target word to the source word as far along. */
    static WordAlignment diagonal(String source, String target) {
        int from = TextWords.of(source).size();
        int to = TextWords.of(target).size();
        List<WordAlignment.Link> links = new ArrayList<>();
        for (int word = 0; word < to && from > 0; word++) {
            links.add(new WordAlignment.Link((2 * word + 1) * from / (2 * to), word));
        }
        return WordAlignment.of(links);
    }

    private Layer usual() {
        return layers.stream()
                .filter(it -> it.layer() == usualLayer && it.step() == WordAligner.USUAL_STEP)
                .findFirst()
                .orElseThrow();
    }

    Evaluation.Figure figure() {
        List<String> lines = new ArrayList<>();
        List<Map<String, Object>> documents = new ArrayList<>();
        for (Layer layer : layers) {
            lines.add(line(layer));
            Map<String, Object> document = new LinkedHashMap<>();
            document.put("layer", layer.layer());
            document.put("step", layer.step().name().toLowerCase(Locale.ROOT));
            document.putAll(layer.mean().toMap());
            document.put("heads", layer.heads().stream().map(AlignmentErrorRate::score).toList());
            documents.add(document);
        }
        lines.add(line("the diagonal", diagonal));
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("layer", usualLayer);
        document.putAll(usual().mean().toMap());
        document.put("layers", documents);
        document.put("diagonal", diagonal.toMap());
        return new Evaluation.Figure(String.join("\n", lines), document);
    }

    private static String line(Layer layer) {
        String step = layer.step() == Step.PREDICTS ? "predicts" : "reads";
        String name = "layer %s, the step that %s a word".formatted(layer.layer(), step);
        if (layer.heads().size() == 1) {
            return line(name, layer.mean());
        }
        int best = layer.bestHead();
        return String.format(
                Locale.ROOT,
                "%s; best head %s: %.2f",
                line(name, layer.mean()),
                best,
                layer.heads().get(best).score());
    }

    private static String line(String name, AlignmentErrorRate rate) {
        return String.format(
                Locale.ROOT,
                "AER, %s = %.2f (precision %.2f, recall %.2f)",
                name,
                rate.score(),
                rate.precision(),
                rate.recall());
    }
}
