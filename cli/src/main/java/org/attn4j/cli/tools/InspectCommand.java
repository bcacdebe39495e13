package org.attn4j.cli.tools;

import ai.djl.ndarray.NDManager;
import com.google.gson.JsonElement;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.attn4j.cli.io.ExitCode;
import org.attn4j.cli.io.Failures;
import org.attn4j.cli.io.Json;
import org.attn4j.cli.option.CommonOptions;
import org.attn4j.cli.option.EngineOptions;
import org.attn4j.cli.option.NamedModel;
import org.attn4j.cli.option.UnknownSettingsOption;
import org.attn4j.models.checkpoint.LoadReport;
import org.attn4j.models.checkpoint.TensorInfo;
import org.attn4j.models.checkpoint.TensorType;
import org.attn4j.models.model.ModelFamilies;
import org.attn4j.models.model.ModelInspection;
import org.attn4j.models.tokenizer.ModelTokenizer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code inspect}: what a model's folder holds, and what loads of it. */
@Command(
        name = "inspect",
        description = {
            "Shows what a model's folder holds, and which models can be made of it.",
            "Its configuration, tensors, parameters of each part, types and tokenizer. The exit code"
                    + " is 0 if the model that the configuration names loads."
        })
public final class InspectCommand implements Callable<Integer> {

    private static final int LABEL = 12;
    private static final int WIDTH = 100;
    private static final int MAX_NAMES = 4;

    @Mixin private CommonOptions common;
    @Mixin private EngineOptions engine;
    @Mixin private UnknownSettingsOption unknownSettings;

    @Mixin private NamedModel model;

    @Option(names = "--tensors", description = "Lists every tensor.")
    private boolean tensors;

    @Option(names = "--json", description = "Prints one JSON document, with every tensor.")
    private boolean json;

    @Spec private CommandSpec spec;

    /** What a tokenizer is, or why there is none. */
    private record Tokenizer(
            int vocabulary, Integer longest, Map<String, String> special, String problem) {

        static Tokenizer of(Path folder) {
            try (ModelTokenizer tokenizer = ModelTokenizer.load(folder)) {
                return new Tokenizer(
                        tokenizer.vocabularySize(),
                        tokenizer.maxLength().isPresent() ? tokenizer.maxLength().getAsInt() : null,
                        tokenizer.specialTokens(),
                        null);
            } catch (IOException | IllegalArgumentException e) {
                return new Tokenizer(0, null, Map.of(), Failures.sentence(e));
            }
        }
    }

    @Override
    public Integer call() throws IOException {
        Path folder = model.folder(spec.commandLine().getErr());
        ModelInspection found;
        try (NDManager manager = engine.open().newManager()) {
            found = ModelInspection.of(folder, manager, unknownSettings.isAllowed());
        }
        Tokenizer tokenizer = Tokenizer.of(folder);
        boolean loads = found.named().map(ModelInspection.Fit::loads).orElse(false);
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(Json.pretty(document(found, tokenizer, loads)));
        } else {
            print(found, tokenizer, out);
        }
        return loads ? ExitCode.DONE : ExitCode.FAILED;
    }

    private void print(ModelInspection found, Tokenizer tokenizer, PrintWriter out) {
        row("folder", found.folder().toString(), out);
        row("family", text(found.config().get("model_type")), out);
        row("settings", String.join(", ", settings(found)), out);
        if (found.weightsProblem() != null) {
            row("weights", "none that can be read: " + found.weightsProblem(), out);
        } else {
            row("weights", weights(found), out);
            printParts(found, out);
        }
        row("tokenizer", describe(tokenizer), out);
        row("files", String.join(", ", found.files()), out);
        if (found.problem() != null) {
            row("loads", "no: " + found.problem(), out);
        }
        List<String> verbs = verbs(found);
        if (!verbs.isEmpty()) {
            row("verbs", String.join(", ", verbs), out);
        }
        String label = "loads as";
        for (ModelInspection.Fit fit : found.fits()) {
            row(label, fit.architecture() + ": " + describe(fit), out);
            label = "";
        }
    }

    /** What can be done with the model that the configuration names. */
    private static List<String> verbs(ModelInspection found) {
        String type = text(found.config().get("model_type"));
        return found.named()
                .flatMap(
                        fit ->
                                ModelFamilies.find(type)
                                        .map(it -> ModelsCommand.verbs(fit.architecture(), it)))
                .orElse(List.of());
    }

    private static void row(String label, String text, PrintWriter out) {
        String margin = label;
        StringBuilder line = new StringBuilder();
        for (String word : text.split(" ")) {
            if (line.length() > 0 && line.length() + 1 + word.length() > WIDTH - LABEL) {
                out.println(("%-" + LABEL + "s").formatted(margin) + line);
                margin = "";
                line.setLength(0);
            }
            line.append(line.length() == 0 ? "" : " ").append(word);
        }
        out.println(("%-" + LABEL + "s").formatted(margin) + line);
    }

    /** The settings that are one word, without those that number tokens. */
    private static List<String> settings(ModelInspection found) {
        List<String> settings = new ArrayList<>();
        for (Map.Entry<String, JsonElement> entry : found.config().entrySet()) {
            if (entry.getValue().isJsonPrimitive()
                    && !entry.getKey().endsWith("_token_id")
                    && !entry.getKey().startsWith("_")
                    && !entry.getKey().equals("model_type")) {
                settings.add(entry.getKey() + "=" + text(entry.getValue()));
            }
        }
        return settings;
    }

    private static String text(JsonElement value) {
        String text = value == null || !value.isJsonPrimitive() ? "not named" : value.getAsString();
        return text.replaceAll("\\p{Cntrl}", "?");
    }

    private static String weights(ModelInspection found) {
        List<String> types = new ArrayList<>();
        for (Map.Entry<TensorType, Long> type : found.types().entrySet()) {
            types.add(
                    found.types().size() == 1
                            ? name(type.getKey())
                            : "%s (%,d)".formatted(name(type.getKey()), type.getValue()));
        }
        return String.format(
                Locale.ROOT,
                "%,d tensors, %,d parameters, %,d bytes, %s",
                found.weights().size(),
                found.parameters(),
                found.bytes(),
                String.join(", ", types));
    }

    private void printParts(ModelInspection found, PrintWriter out) {
        List<ModelInspection.Part> parts = found.parts();
        int wide = parts.stream().mapToInt(part -> part.name().length()).max().orElse(0);
        String label = "parts";
        for (ModelInspection.Part part : parts) {
            out.printf(
                    Locale.ROOT,
                    "%-" + LABEL + "s%-" + wide + "s %,5d tensors %,15d parameters%s%n",
                    label,
                    part.name(),
                    part.tensors(),
                    part.parameters(),
                    part.layers() > 0 ? " in %s layers".formatted(part.layers()) : "");
            label = "";
        }
        if (tensors) {
            label = "tensors";
            for (TensorInfo tensor : found.weights()) {
                out.printf(
                        Locale.ROOT,
                        "%-" + LABEL + "s%s %s %s%n",
                        label,
                        tensor.name(),
                        name(tensor.type()),
                        tensor.shape());
                label = "";
            }
        }
    }

    /** The type by its name in Python, where it has one there. */
    private static String name(TensorType type) {
        return switch (type) {
            case F64 -> "float64";
            case F32 -> "float32";
            case F16 -> "float16";
            case BF16 -> "bfloat16";
            case I64 -> "int64";
            case I32 -> "int32";
            case I16 -> "int16";
            case I8 -> "int8";
            case U8 -> "uint8";
            case BOOL -> "bool";
            default -> type.name().toLowerCase(Locale.ROOT);
        };
    }

    private static String describe(Tokenizer tokenizer) {
        if (tokenizer.problem() != null) {
            return "none: " + tokenizer.problem();
        }
        String longest =
                tokenizer.longest() == null
                        ? ""
                        : ", at most %,d to a text".formatted(tokenizer.longest());
        return "%,d tokens%s, special ones %s"
                .formatted(tokenizer.vocabulary(), longest, tokenizer.special());
    }

    private static String describe(ModelInspection.Fit fit) {
        if (fit.problem() != null) {
            return "no: " + fit.problem();
        }
        LoadReport report = fit.report();
        if (fit.loads()) {
            return "yes, with all its %s weights%s"
                    .formatted(
                            report.loaded(),
                            (report.ignored().isEmpty()
                                            ? ""
                                            : "; not needed " + names(report.ignored()))
                                    + (fit.unknownSettings().isEmpty()
                                            ? ""
                                            : "; settings not known "
                                                    + names(fit.unknownSettings())));
        }
        List<String> parts = new ArrayList<>();
        if (!report.missing().isEmpty()) {
            parts.add("missing " + names(report.missing()));
        }
        if (!report.unused().isEmpty()) {
            parts.add("unused " + names(report.unused()));
        }
        if (!report.misshapen().isEmpty()) {
            parts.add("misshapen " + names(report.misshapen()));
        }
        return "not as it is: " + String.join("; ", parts);
    }

    private static String names(List<?> all) {
        List<String> names = new ArrayList<>();
        all.stream().limit(MAX_NAMES).forEach(name -> names.add(name.toString()));
        String more = all.size() > MAX_NAMES ? " and " + (all.size() - MAX_NAMES) + " more" : "";
        return (String.join(", ", names) + more).replaceAll("\\p{Cntrl}", "?");
    }

    private static Map<String, Object> document(
            ModelInspection found, Tokenizer tokenizer, boolean loads) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("folder", found.folder().toString());
        document.put("loads", loads);
        document.put("problem", found.problem());
        document.put("verbs", verbs(found));
        document.put("config", found.config());
        document.put("weights_problem", found.weightsProblem());
        document.put("parameters", found.parameters());
        document.put("bytes", found.bytes());
        Map<String, Object> types = new LinkedHashMap<>();
        found.types().forEach((type, count) -> types.put(name(type), count));
        document.put("parameters_by_type", types);
        document.put("parts", found.parts());
        document.put("tokenizer", tokenizer);
        document.put("files", found.files());
        document.put("models", found.fits().stream().map(InspectCommand::document).toList());
        document.put("tensors", found.weights().stream().map(InspectCommand::document).toList());
        return document;
    }

    private static Map<String, Object> document(ModelInspection.Fit fit) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("architecture", fit.architecture());
        document.put("named", fit.named());
        document.put("loads", fit.loads());
        document.put("problem", fit.problem());
        document.put("unknown_settings", fit.unknownSettings());
        if (fit.report() != null) {
            document.put("loaded", fit.report().loaded());
            document.put("missing", fit.report().missing());
            document.put("unused", fit.report().unused());
            document.put(
                    "misshapen", fit.report().misshapen().stream().map(Object::toString).toList());
            document.put("ignored", fit.report().ignored());
        }
        return document;
    }

    private static Map<String, Object> document(TensorInfo tensor) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("name", tensor.name());
        document.put("type", name(tensor.type()));
        document.put("shape", tensor.shape().getShape());
        document.put("bytes", tensor.bytes());
        return document;
    }
}
