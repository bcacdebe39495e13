package org.attn4j.cli.report;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

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

    private static final Map<String, Term> TERMS = new HashMap<>();

    static {
        put("loss", "loss", "");
        put("learning_rate", "learning rate", "");
        put("gradient_norm", "gradient norm", "norm before clipping");
        put("tokens_per_second", "training speed", "targets per second");
        put("attention_entropy", "entropy of attention", "nats");
        put("perplexity", "perplexity", "");
        put("pseudo_perplexity", "pseudo-perplexity", "");
        put("bits_per_character", "bits per character", "bits per character");
        put("bleu", "BLEU", POINTS);
        put("chrf", "chrF", POINTS);
        put("chrf++", "chrF++", POINTS);
        put("ter", "translation edit rate", PERCENT);
        put("aer", "alignment error rate", PERCENT);
        put("rouge1", "ROUGE-1", POINTS);
        put("rouge2", "ROUGE-2", POINTS);
        put("rougeL", "ROUGE-L", POINTS);
        put("rougeLsum", "ROUGE-L of summaries", POINTS);
        put("exact", "exact match", PERCENT);
        put("has_answer_exact", "exact match where there is an answer", PERCENT);
        put("no_answer_exact", "exact match where there is no answer", PERCENT);
        put("has_answer_f1", "F1 where there is an answer", PERCENT);
        put("accuracy", "accuracy", PERCENT);
        put("masked_accuracy", "hidden tokens guessed", PERCENT);
        put("precision", "precision", PERCENT);
        put("recall", "recall", PERCENT);
        put("f1", "F1", PERCENT);
        put("macro_f1", "F1, mean of the classes", PERCENT);
        put("micro_f1", "F1 over all classes", PERCENT);
        put("matthews", "Matthews correlation", COEFFICIENT);
        put("pearson", "Pearson correlation", COEFFICIENT);
        put("spearman", "Spearman correlation", COEFFICIENT);
        put("mean_square", "mean squared error", "");
        put("mrr", "MRR", SHARE);
        put("ndcg", "nDCG", SHARE);
        put("map", "MAP", SHARE);
    }

    /** A metric of ranked lists, by how many of their entries count. */
    private static final Pattern RANKED = Pattern.compile("([a-z]+)@(\\d{1,9})");

    private static final Pattern PLACE =
            Pattern.compile(
                    "(?:(encoder|decoder)\\.)?layers\\.(\\d{1,9})\\.(self_attn|encoder_attn|global_attn)");

    private Terms() {}

    private static void put(String name, String words, String unit) {
        TERMS.put(name, new Term(words, unit));
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
        Matcher matcher = PLACE.matcher(place);
        if (!matcher.matches()) {
            return place.equals("decoder.attention") ? "cross-attention" : place;
        }
        String side = matcher.group(1) == null ? "" : matcher.group(1) + " ";
        return switch (matcher.group(3)) {
            case "encoder_attn" -> "cross-attention";
            case "global_attn" -> side + "attention of global tokens";
            default -> side + "self-attention";
        };
    }

    /** Which layer a place is of, from {@code layer 0} on; the kind if it is of none. */
    public static String layerOf(String place) {
        Matcher matcher = PLACE.matcher(place);
        return matcher.matches() ? "layer " + Long.parseLong(matcher.group(2)) : kindOf(place);
    }

    /** A place in words, such as {@code cross-attention, layer 0}. */
    public static String place(String place) {
        return String.join(
                ", ", List.of(kindOf(place), layerOf(place)).stream().distinct().toList());
    }
}
