package org.attn4j.cli.tools;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.attn4j.cli.io.ExitCode;
import org.attn4j.cli.io.Json;
import org.attn4j.cli.maven.MavenModels;
import org.attn4j.cli.option.CommonOptions;
import org.attn4j.cli.option.EngineOptions;
import org.attn4j.models.checkpoint.hub.CachedModel;
import org.attn4j.models.checkpoint.hub.Hub;
import org.attn4j.models.model.ModelFamilies;
import org.attn4j.models.model.ModelFamily;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code models}: which published models can be used, or which are in the cache. */
@Command(
        name = "models",
        description = {
            "Lists the families of models, or the models in the cache.",
            "Of each family its models and the verbs that use them; with --cached, the models in the"
                    + " cache that Python programs use too."
        })
public final class ModelsCommand implements Callable<Integer> {

    private static final int COMMIT_SHOWN = 10;

    private static final List<String> TRANSLATING =
            List.of("generate", "translate", "score", "evaluate");

    /** What a model is for, by the end of its name. */
    private static final Map<String, List<String>> VERBS =
            Map.ofEntries(
                    Map.entry("ForMaskedLM", List.of("fill-mask")),
                    Map.entry("ForSequenceClassification", List.of("classify")),
                    Map.entry("ForTokenClassification", List.of("tag")),
                    Map.entry("ForQuestionAnswering", List.of("answer")),
                    Map.entry("LMHeadModel", List.of("generate")),
                    Map.entry("ForCausalLM", List.of("generate")),
                    Map.entry(
                            "ForConditionalGeneration",
                            List.of("generate", "translate", "summarize", "score", "evaluate")),
                    Map.entry("MTModel", TRANSLATING),
                    Map.entry("TransformerModel", TRANSLATING),
                    Map.entry("RecurrentModel", TRANSLATING),
                    Map.entry("PreNormSeq2SeqTransformer", TRANSLATING),
                    Map.entry(
                            "EncoderDecoderModel",
                            List.of("generate", "summarize", "score", "evaluate")));

    @Mixin private CommonOptions common;

    @Option(
            names = "--cached",
            description = "Lists what is in the cache: revisions, sizes, folders.")
    private boolean cached;

    @Option(names = "--json", description = "Prints one JSON document.")
    private boolean json;

    @Spec private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        if (cached) {
            listCache(Hub.fromEnvironment(), MavenModels.fromEnvironment(null).cached(), json, out);
        } else {
            listFamilies(out);
        }
        return ExitCode.DONE;
    }

    private void listFamilies(PrintWriter out) {
        Map<String, ModelFamily> families = new TreeMap<>();
        for (ModelFamily family : ModelFamilies.all()) {
            new TreeSet<>(family.modelTypes()).forEach(type -> families.put(type, family));
        }
        List<Map<String, Object>> documents = new ArrayList<>();
        families.forEach((type, family) -> documents.add(document(type, family)));
        if (json) {
            out.println(Json.pretty(documents));
            return;
        }
        int wide = 2 + families.keySet().stream().mapToInt(String::length).max().orElse(0);
        families.forEach(
                (type, family) -> {
                    String label = type;
                    for (String architecture : family.architectures()) {
                        out.println(
                                ("%-" + wide + "s%-42s %s")
                                        .formatted(
                                                label,
                                                architecture,
                                                String.join(", ", verbs(architecture, family)))
                                        .stripTrailing());
                        label = "";
                    }
                });
        out.println("engines: " + String.join(", ", EngineOptions.available()));
    }

    private static Map<String, Object> document(String type, ModelFamily family) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("family", type);
        List<Map<String, Object>> models = new ArrayList<>();
        for (String architecture : family.architectures()) {
            Map<String, Object> model = new LinkedHashMap<>();
            model.put("name", architecture);
            model.put("verbs", verbs(architecture, family));
            models.add(model);
        }
        document.put("models", models);
        document.put("engines", EngineOptions.available());
        return document;
    }

    /** A family's encoder alone makes vectors of texts. */
    static List<String> verbs(String architecture, ModelFamily family) {
        for (Map.Entry<String, List<String>> entry : VERBS.entrySet()) {
            if (architecture.endsWith(entry.getKey())) {
                return entry.getValue();
            }
        }
        boolean masked = family.architectures().stream().anyMatch(it -> it.endsWith("ForMaskedLM"));
        boolean base = architecture.equals(family.architectures().get(0));
        return masked && base ? List.of("embed", "similarity") : List.of();
    }

    /** Shows a cache, as text or as JSON. */
    static void listCache(
            Hub hub, List<MavenModels.Cached> artifacts, boolean json, PrintWriter out)
            throws IOException {
        List<CachedModel> models = hub.cached();
        if (json) {
            Map<String, Object> document = new LinkedHashMap<>();
            document.put("cache", hub.cacheFolder().toString());
            List<Map<String, Object>> documents = new ArrayList<>();
            models.forEach(model -> documents.add(document(model)));
            artifacts.forEach(model -> documents.add(document(model)));
            document.put("models", documents);
            out.println(Json.pretty(document));
            return;
        }
        long bytes = 0;
        int wide =
                Stream.concat(
                                models.stream().map(CachedModel::id),
                                artifacts.stream().map(MavenModels.Cached::name))
                        .mapToInt(String::length)
                        .max()
                        .orElse(0);
        for (CachedModel model : models) {
            List<String> revisions = new ArrayList<>();
            new TreeMap<>(model.revisions())
                    .forEach(
                            (revision, commit) ->
                                    revisions.add(revision + " at " + shortened(commit)));
            out.printf(
                    Locale.ROOT,
                    "%-" + Math.max(1, wide) + "s %,10.1f MB  %s%n",
                    model.id(),
                    model.bytes() / 1e6,
                    revisions.isEmpty() ? "no branch" : String.join(", ", revisions));
            bytes += model.bytes();
        }
        for (MavenModels.Cached model : artifacts) {
            out.printf(
                    Locale.ROOT,
                    "%-" + wide + "s %,10.1f MB  %s%n",
                    model.name(),
                    model.bytes() / 1e6,
                    model.folder());
            bytes += model.bytes();
        }
        out.printf(
                Locale.ROOT,
                "%s models, %,.1f MB in %s%n",
                models.size() + artifacts.size(),
                bytes / 1e6,
                hub.cacheFolder());
    }

    private static Map<String, Object> document(MavenModels.Cached model) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("id", model.name());
        document.put("bytes", model.bytes());
        document.put("revisions", Map.of());
        document.put("folders", List.of(model.folder().toString()));
        return document;
    }

    private static String shortened(String commit) {
        return commit.substring(0, Math.min(COMMIT_SHOWN, commit.length()))
                .replaceAll("\\p{Cntrl}", "?");
    }

    private static Map<String, Object> document(CachedModel model) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("id", model.id());
        document.put("bytes", model.bytes());
        document.put("revisions", new TreeMap<>(model.revisions()));
        document.put("folders", model.snapshots().stream().map(Path::toString).toList());
        return document;
    }
}
