package org.attn4j.cli.report;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.attn4j.models.model.ModelSite;

/**
 * What a reader is told in place of the names that files, options and tensors have: scores, figures
 * of a step, and the places where a model attends.
 */
public final class Terms {

    /**
     * A quantity.
     *
     * @param words what it is called
     * @param unit what it is counted in; empty for a plain number
     */
    public record Term(String words, String unit) {

        /** What an axis says. */
        public String axis() {
            return unit.isEmpty() ? words : unit;
        }
    }

    private static final String PERCENT = "percent";
    private static final String POINTS = "points of 100";
    private static final String COEFFICIENT = "from -1 to 1";
    private static final String SHARE = "from 0 to 1";

    private static final Map<String, Term> TERMS =
            Map.ofEntries(
                    term("loss", "loss", ""),
                    term("learning_rate", "learning rate", ""),
                    term("gradient_norm", "gradient norm", "norm before clipping"),
                    term("tokens_per_second", "training speed", "targets per second"),
                    term("attention_entropy", "entropy of attention", "nats"),
                    term("perplexity", "perplexity", ""),
                    term("pseudo_perplexity", "pseudo-perplexity", ""),
                    term("bits_per_character", "bits per character", "bits per character"),
                    term("bleu", "BLEU", POINTS),
                    term("chrf", "chrF", POINTS),
                    term("chrf++", "chrF++", POINTS),
                    term("ter", "translation edit rate", PERCENT),
                    term("aer", "alignment error rate", PERCENT),
                    term("rouge1", "ROUGE-1", POINTS),
                    term("rouge2", "ROUGE-2", POINTS),
                    term("rougeL", "ROUGE-L", POINTS),
                    term("rougeLsum", "ROUGE-L of summaries", POINTS),
                    term("exact", "exact match", PERCENT),
                    term("has_answer_exact", "exact match where there is an answer", PERCENT),
                    term("no_answer_exact", "exact match where there is no answer", PERCENT),
                    term("has_answer_f1", "F1 where there is an answer", PERCENT),
                    term("accuracy", "accuracy", PERCENT),
                    term("masked_accuracy", "hidden tokens guessed", PERCENT),
                    term("precision", "precision", PERCENT),
                    term("recall", "recall", PERCENT),
                    term("f1", "F1", PERCENT),
                    term("macro_f1", "F1, mean of the classes", PERCENT),
                    term("micro_f1", "F1 over all classes", PERCENT),
                    term("matthews", "Matthews correlation", COEFFICIENT),
                    term("pearson", "Pearson correlation", COEFFICIENT),
                    term("spearman", "Spearman correlation", COEFFICIENT),
                    term("mean_square", "mean squared error", ""),
                    term("mrr", "MRR", SHARE),
                    term("ndcg", "nDCG", SHARE),
                    term("map", "MAP", SHARE));

    /** A metric of ranked lists, by how many of their entries count. */
    private static final Pattern RANKED = Pattern.compile("([a-z]+)@(\\d{1,9})");

    private Terms() {}

    private static Map.Entry<String, Term> term(String name, String words, String unit) {
        return Map.entry(name, new Term(words, unit));
    }

    /** What a score or figure is called; one that is not known by its name in words. */
    public static Term of(String name) {
        Matcher ranked = RANKED.matcher(name);
        if (ranked.matches()) {
            Term term = of(ranked.group(1));
            boolean first = term.unit().equals(PERCENT);
            return new Term(
                    term.words() + (first ? " of the first " : "@") + ranked.group(2), SHARE);
        }
        if (name.startsWith("before_")) {
            Term term = of(name.substring("before_".length()));
            return new Term(term.words() + " before reranking", term.unit());
        }
        Term known = TERMS.get(name);
        return known != null ? known : new Term(name.replace('_', ' '), "");
    }

    /** What kind of attention a place is of, such as {@code decoder.layers.0.encoder_attn}. */
    public static String kindOf(String place) {
        return whole(place).map(Terms::kindOf).orElse(place);
    }

    private static String kindOf(ModelSite site) {
        String side =
                switch (site.side()) {
                    case ENCODER -> "encoder ";
                    case DECODER -> "decoder ";
                    case ONLY -> "";
                };
        return switch (site.sublayer()) {
            case CROSS_ATTENTION -> "cross-attention";
            case GLOBAL_ATTENTION -> side + "attention of global tokens";
            case SELF_ATTENTION -> side + "self-attention";
            case FEED_FORWARD -> side + "feed-forward";
        };
    }

    private static Optional<ModelSite> whole(String place) {
        return ModelSite.of(place).filter(site -> site.part().isEmpty());
    }

    /** Which layer a place is of, from {@code layer 0} on; the kind if it is of none. */
    public static String layerOf(String place) {
        OptionalInt layer = whole(place).map(ModelSite::layer).orElse(OptionalInt.empty());
        return layer.isPresent() ? "layer " + layer.getAsInt() : kindOf(place);
    }

    /** A place in words, such as {@code cross-attention, layer 0}. */
    public static String place(String place) {
        return String.join(
                ", ", List.of(kindOf(place), layerOf(place)).stream().distinct().toList());
    }
}
