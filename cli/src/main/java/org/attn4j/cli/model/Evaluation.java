package org.attn4j.cli.model;

import ai.djl.util.Progress;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.attn4j.common.Require;
import org.attn4j.common.WordAlignment;
import org.attn4j.datasets.SentencePair;
import org.attn4j.models.generate.Hypothesis;
import org.attn4j.models.metric.Bleu;
import org.attn4j.models.metric.Chrf;
import org.attn4j.models.metric.CorpusMetric;
import org.attn4j.models.metric.MetricScore;
import org.attn4j.models.metric.Perplexity;
import org.attn4j.models.metric.Rouge;
import org.attn4j.models.metric.Ter;
import org.attn4j.models.task.GenerationRequest;
import org.attn4j.models.task.Outcome;
import org.attn4j.models.task.TextGenerator;
import org.attn4j.models.task.TextScorer;
import org.attn4j.models.task.WordAligner;

/**
 * How well a model does on sentence pairs.
 *
 * @param hypotheses its translations; empty where no metric needs them
 * @param figures each metric asked for
 */
public record Evaluation(List<String> hypotheses, Map<String, Figure> figures) {

    /**
     * What a metric says.
     *
     * @param line for people, with the signature that makes it comparable
     * @param document for {@code --json}
     */
    public record Figure(String line, Map<String, Object> document) {

        static Figure of(MetricScore score) {
            return new Figure(score.formatWithSignature(), score.toMap());
        }

        static Figure of(String name, double value, String unit) {
            return new Figure(
                    String.format(Locale.ROOT, "%s = %.4f %s", name, value, unit),
                    Map.of("score", value, "unit", unit));
        }
    }

    /** The figure of a metric that was asked for. */
    public double score(String metric) {
        String key = metric.toLowerCase(Locale.ROOT);
        return ((Number) figures.get(key).document().get("score")).doubleValue();
    }

    /** The alignment error rate. */
    public static final String AER = "aer";

    /** The metrics that can be asked for. */
    static final List<String> METRICS =
            List.of(
                    "bleu",
                    "chrf",
                    "chrf++",
                    "ter",
                    "rouge1",
                    "rouge2",
                    "rougel",
                    "rougelsum",
                    "exact",
                    "loss",
                    "perplexity",
                    AER);

    private static final Set<String> LIKELIHOOD = Set.of("loss", "perplexity");

    /** What is measured on the targets that are given. */
    private static final Set<String> WITHOUT_SEARCH = Set.of("loss", "perplexity", AER);

    public static void check(List<String> metrics) {
        for (String metric : metrics) {
            Require.that(
                    METRICS.contains(metric.toLowerCase(Locale.ROOT)),
                    "unknown metric '%s': use %s",
                    metric,
                    String.join(", ", METRICS));
        }
    }

    /**
     * Translates the sources where a metric needs it, and measures.
     *
     * @param progress is told how many are translated; null for nobody
     */
    public static Evaluation of(
            TextGenerator model,
            Integer beams,
            List<SentencePair> pairs,
            List<String> metrics,
            Progress progress)
            throws IOException {
        return of(
                model,
                request(beams).optProgress(progress),
                UnaryOperator.identity(),
                pairs,
                metrics,
                null);
    }

    /**
     * Writes targets where a metric needs them, and measures.
     *
     * @param request how to search
     * @param prompt what a source is for the model
     * @param alignments which words of the pairs belong together; null if that is not known
     */
    public static Evaluation of(
            TextGenerator model,
            GenerationRequest.Builder request,
            UnaryOperator<String> prompt,
            List<SentencePair> pairs,
            List<String> metrics,
            List<WordAlignment> alignments)
            throws IOException {
        check(metrics);
        Require.that(!pairs.isEmpty(), "there is nothing to evaluate on: no pairs");
        List<String> asked =
                metrics.stream().map(metric -> metric.toLowerCase(Locale.ROOT)).toList();
        List<String> sources = pairs.stream().map(SentencePair::source).map(prompt).toList();
        List<String> references = pairs.stream().map(SentencePair::target).toList();
        List<String> hypotheses =
                WITHOUT_SEARCH.containsAll(asked)
                        ? List.of()
                        : new TextTranslator(model, request, null, null).best(sources);
        Perplexity perplexity =
                asked.stream().anyMatch(LIKELIHOOD::contains)
                        ? perplexity(new TextScorer(model, request.build()), sources, references)
                        : null;
        Map<String, Figure> figures = new LinkedHashMap<>();
        for (String metric : asked) {
            figures.put(
                    metric,
                    metric.equals(AER)
                            ? AlignmentScores.of(
                                            new WordAligner(model, request.build()),
                                            sources,
                                            references,
                                            alignments)
                                    .figure()
                            : figure(metric, hypotheses, references, perplexity));
        }
        return new Evaluation(hypotheses, figures);
    }

    /** A search for one text with so many beams, or as many as the model has by itself. */
    public static GenerationRequest.Builder request(Integer beams) {
        GenerationRequest.Builder request = GenerationRequest.builder();
        request.opt("num_return_sequences", 1);
        return beams == null ? request : request.optBeams(beams);
    }

    private static Figure figure(
            String metric,
            List<String> hypotheses,
            List<String> references,
            Perplexity perplexity) {
        return switch (metric) {
            case "loss" -> Figure.of("loss", perplexity.loss(), "nats per token");
            case "perplexity" -> Figure.of("perplexity", perplexity.score(), "per token");
            case "exact" -> Figure.of("exact match", exactMatch(hypotheses, references), "percent");
            default -> Figure.of(metric(metric).score(hypotheses, List.of(references)));
        };
    }

    /** The percentage of hypotheses that are their reference, letter by letter. */
    private static double exactMatch(List<String> hypotheses, List<String> references) {
        int same = 0;
        for (int i = 0; i < references.size(); i++) {
            same += references.get(i).strip().equals(hypotheses.get(i).strip()) ? 1 : 0;
        }
        return 100.0 * same / references.size();
    }

    private static CorpusMetric metric(String name) {
        return switch (name) {
            case "bleu" -> Bleu.DEFAULTS;
            case "chrf" -> Chrf.DEFAULTS;
            case "chrf++" -> Chrf.plusPlus();
            case "ter" -> Ter.DEFAULTS;
            case "rouge1" -> Rouge.ONE;
            case "rouge2" -> Rouge.TWO;
            case "rougel" -> Rouge.L;
            case "rougelsum" -> Rouge.L_SUM;
            default -> throw new IllegalArgumentException("unknown metric " + name);
        };
    }

    private static Perplexity perplexity(
            TextScorer scorer, List<String> sources, List<String> references) {
        double sum = 0;
        long tokens = 0;
        for (Hypothesis scored : Outcome.values(scorer.score(sources, references))) {
            sum -= scored.logProbability();
            tokens += scored.tokenLogProbabilities().length;
        }
        return new Perplexity(sum, tokens);
    }
}
