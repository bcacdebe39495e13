package org.attn4j.models.task;

import ai.djl.translate.ArgumentsUtil;
import com.google.gson.JsonElement;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.attn4j.models.model.sentence.Pooling;

/** Reads the arguments of translators: numbers and flags may be texts, as from properties. */
record TaskArguments(Map<String, ?> values) {

    private static final String GENERATE = "generate.";
    private static final String BEAMS = "beams";

    int number(String key, int otherwise) {
        return ArgumentsUtil.intValue(values, key, otherwise);
    }

    boolean flag(String key, boolean otherwise) {
        return ArgumentsUtil.booleanValue(values, key, otherwise);
    }

    String text(String key, String otherwise) {
        return ArgumentsUtil.stringValue(values, key, otherwise);
    }

    List<String> list(String key, List<String> otherwise) {
        Object value = values.get(key);
        if (value instanceof List<?> list) {
            return list.stream().map(Object::toString).toList();
        }
        return value == null ? otherwise : Arrays.asList(value.toString().split("\\s*,\\s*"));
    }

    AnswerOptions answers() {
        AnswerOptions usual = AnswerOptions.DEFAULT;
        return usual.withTopK(number("topK", usual.topK()))
                .withMaxAnswerTokens(number("maxAnswerTokens", usual.maxAnswerTokens()))
                .withParts(number("maxLength", 0), number("stride", -1))
                .withImpossible(flag("impossible", false))
                .withWholeWords(flag("wholeWords", true));
    }

    TokenTagger tagger(TaskModel model) {
        return new TokenTagger(
                model,
                Aggregation.of(text("aggregation_strategy", Aggregation.NONE.toString())),
                Set.copyOf(list("ignore_labels", List.of(TokenTagger.OUTSIDE))),
                number("stride", -1));
    }

    TextClassifier classifier(TaskModel model) {
        String function = text("function", null);
        return new TextClassifier(
                model,
                function == null ? null : ScoreFunction.of(function),
                flag("truncation", false));
    }

    /** How texts are generated. */
    GenerationRequest.Builder request() {
        GenerationRequest.Builder request = GenerationRequest.builder();
        values.forEach(
                (key, value) -> {
                    if (key.startsWith(GENERATE)) {
                        Object plain = value instanceof String text ? json(text) : value;
                        request.opt(key.substring(GENERATE.length()), plain);
                    }
                });
        if (values.containsKey(BEAMS)) {
            request.optBeams(number(BEAMS, 1)).opt("num_return_sequences", 1);
        }
        String task = text("generationTask", null);
        if (task != null) {
            request.optTask(task);
        }
        String source = text("sourceLanguage", null);
        String target = text("targetLanguage", null);
        if (source != null || target != null) {
            request.optLanguages(source, target);
        }
        return request;
    }

    /** Numbers and flags from properties are texts. */
    private static Object json(String text) {
        try {
            JsonElement parsed = JsonParser.parseString(text);
            return parsed.isJsonNull() ? text : parsed;
        } catch (JsonParseException e) {
            return text;
        }
    }

    /** The pooling that is asked for by its name in DJL; null for the model's own. */
    Pooling pooling() {
        String name = text("pooling", null);
        if (name == null) {
            return null;
        }
        Pooling.Mode mode =
                switch (name.toLowerCase(Locale.ROOT)) {
                    case "mean" -> Pooling.Mode.MEAN;
                    case "max" -> Pooling.Mode.MAX;
                    case "cls" -> Pooling.Mode.CLS;
                    case "mean_sqrt_len" -> Pooling.Mode.MEAN_SQRT_LENGTH;
                    case "weightedmean" -> Pooling.Mode.WEIGHTED_MEAN;
                    case "lasttoken" -> Pooling.Mode.LAST;
                    default ->
                            throw new IllegalArgumentException(
                                    "pooling must be mean, max, cls, mean_sqrt_len, weightedmean or"
                                            + " lasttoken, got "
                                            + name);
                };
        return new Pooling(List.of(mode));
    }
}
