package org.attn4j.cli.option;

import com.google.gson.JsonElement;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.attn4j.models.task.GenerationRequest;
import picocli.CommandLine.Option;

/** How a published model generates: the arguments of transformers' {@code generate}. */
public final class GenerationOptions {

    private static final List<String> SAMPLING =
            List.of("temperature", "top_k", "top_p", "min_p", "typical_p", "seed");

    @Option(
            names = "--max-new-tokens",
            paramLabel = "N",
            description = "The most tokens that are generated (default: the model's own, or 20).")
    private Integer maxNewTokens;

    @Option(
            names = "--min-new-tokens",
            paramLabel = "N",
            description = "The fewest tokens before an end.")
    private Integer minNewTokens;

    @Option(
            names = "--num-beams",
            paramLabel = "N",
            description = "Beams of the search (default: the model's own, or 1).")
    private Integer numBeams;

    @Option(
            names = "--num-return-sequences",
            paramLabel = "N",
            description = "How many texts for each: at most as many as beams, unless sampled.")
    private Integer numReturnSequences;

    @Option(
            names = "--length-penalty",
            paramLabel = "X",
            description = "Above 0 prefers longer texts in beam search.")
    private Double lengthPenalty;

    @Option(
            names = "--early-stopping",
            paramLabel = "WHEN",
            description = "true, false or never: when beam search is done.")
    private String earlyStopping;

    @Option(
            names = "--do-sample",
            negatable = true,
            description =
                    "Draws tokens by their probability, as --temperature, --top-k, --top-p, --min-p,"
                            + " --typical-p and --seed do too; or does not.")
    private Boolean doSample;

    @Option(
            names = "--temperature",
            paramLabel = "X",
            description = "Divides the scores before drawing.")
    private Double temperature;

    @Option(
            names = "--top-k",
            paramLabel = "N",
            description = "Draws from the N most probable tokens; 0 for all.")
    private Integer topK;

    @Option(
            names = "--top-p",
            paramLabel = "P",
            description = "Draws from the most probable tokens that together have probability P.")
    private Double topP;

    @Option(
            names = "--min-p",
            paramLabel = "P",
            description = "Drops tokens below P times the greatest probability.")
    private Double minP;

    @Option(
            names = "--typical-p",
            paramLabel = "P",
            description = "Draws from the most typical tokens that together have probability P.")
    private Double typicalP;

    @Option(
            names = "--seed",
            paramLabel = "N",
            description = "Repeats what was drawn with the same seed.")
    private Long seed;

    @Option(
            names = "--repetition-penalty",
            paramLabel = "X",
            description = "Above 1 makes tokens that stand before less probable.")
    private Double repetitionPenalty;

    @Option(
            names = "--no-repeat-ngram-size",
            paramLabel = "N",
            description = "Lets no N tokens in a row come twice.")
    private Integer noRepeatNgramSize;

    @Option(
            names = "--stop",
            paramLabel = "TEXT",
            description = "Ends a text with this string; may be given several times.")
    private List<String> stop = new ArrayList<>();

    @Option(
            names = "--option",
            paramLabel = "NAME=JSON",
            description =
                    "Any other argument of transformers' generate, such as"
                            + " bad_words_ids=[[7,8]] or eta_cutoff=0.001.")
    private Map<String, String> others = new LinkedHashMap<>();

    /** Adds what was given to a request. */
    public void applyTo(GenerationRequest.Builder request) {
        Map<String, Object> given = given();
        others.forEach((name, value) -> given.put(name.replace('-', '_'), json(name, value)));
        if (SAMPLING.stream().anyMatch(given::containsKey)) {
            given.putIfAbsent("do_sample", true);
        }
        given.forEach(request::opt);
        if (!stop.isEmpty()) {
            request.optStop(stop);
        }
    }

    /** Whether there is any. */
    public boolean isGiven() {
        return !given().isEmpty() || !others.isEmpty() || !stop.isEmpty();
    }

    private Map<String, Object> given() {
        Map<String, Object> given = new LinkedHashMap<>();
        put(given, "max_new_tokens", maxNewTokens);
        put(given, "min_new_tokens", minNewTokens);
        put(given, "num_beams", numBeams);
        put(given, "num_return_sequences", numReturnSequences);
        put(given, "length_penalty", lengthPenalty);
        if (earlyStopping != null) {
            boolean truth = earlyStopping.equals("true") || earlyStopping.equals("false");
            given.put("early_stopping", truth ? Boolean.valueOf(earlyStopping) : earlyStopping);
        }
        put(given, "do_sample", doSample);
        put(given, "temperature", temperature);
        put(given, "top_k", topK);
        put(given, "top_p", topP);
        put(given, "min_p", minP);
        put(given, "typical_p", typicalP);
        put(given, "seed", seed);
        put(given, "repetition_penalty", repetitionPenalty);
        put(given, "no_repeat_ngram_size", noRepeatNgramSize);
        return given;
    }

    private static void put(Map<String, Object> given, String name, Object value) {
        if (value != null) {
            given.put(name, value);
        }
    }

    private static JsonElement json(String name, String value) {
        try {
            return JsonParser.parseString(value);
        } catch (JsonParseException e) {
            if (value.matches("[\\w-]+")) {
                return new JsonPrimitive(value);
            }
            throw new IllegalArgumentException(
                    "--option " + name + " needs a value in JSON, got " + value, e);
        }
    }
}
