package org.attn4j.cli.attention;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.attn4j.attention.ops.HostArrays;
import org.attn4j.cli.io.ExitCode;
import org.attn4j.cli.io.OutputFile;
import org.attn4j.cli.option.CommonOptions;
import org.attn4j.cli.option.ModelOptions;
import org.attn4j.common.Require;
import org.attn4j.models.checkpoint.SafetensorsWriter;
import org.attn4j.models.model.ModelObserver;
import org.attn4j.models.task.ObservedModel;
import org.attn4j.models.task.ObservedSequence;
import org.attn4j.visual.AttentionRecorder;
import org.attn4j.visual.RecordedAttention;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code attend}: the attention weights themselves, as JSON or safetensors. */
@Command(
        name = "attend",
        description = {
            "Gives the attention weights of a model that reads a text, layer by layer, with its tokens.",
            "As JSON with --json, as a safetensors file with --out: a tensor (1, heads, queries, keys)"
                    + " for each attention, under the name of transformers' outputs such as"
                    + " attentions.0, and the tokens in its metadata."
        })
public final class AttendCommand implements Callable<Integer> {

    /** On one line: a page of numbers is not to be read, and takes less room. */
    private static final Gson JSON = new GsonBuilder().disableHtmlEscaping().create();

    @Mixin private CommonOptions common;
    @Mixin private ModelOptions model;
    @Mixin private ObservingOptions texts;

    @Option(names = "--json", description = "Prints one JSON document.")
    private boolean json;

    @Option(
            names = "--out",
            paramLabel = "F.safetensors",
            description = "The file to write, which is replaced.")
    private Path out;

    @Spec private CommandSpec spec;

    /** What a tensor is of. */
    private record Described(
            String name, String site, String kind, int layer, String queries, String keys) {

        static Described of(ObservedAttention attention) {
            return new Described(
                    ModelObserver.outputName(attention.site()),
                    attention.site(),
                    ObservedAttention.name(attention.kind()),
                    attention.layer(),
                    attention.queries(),
                    attention.keys());
        }
    }

    @Override
    public Integer call() throws IOException {
        Require.that(json || out != null, "give --json, or --out for a file");
        Path file = OutputFile.of("--out", out, ".safetensors");
        Path folder = model.folder(spec.commandLine().getErr());
        try (NDManager manager = model.newManager();
                ObservedModel loaded = ObservedModel.load(folder, model.loader(manager))) {
            Observation seen =
                    Observation.of(loaded, texts.text(), texts.second(), new AttentionRecorder());
            if (json) {
                PrintWriter printed = spec.commandLine().getOut();
                printed.println(JSON.toJson(document(seen)));
            }
            if (file != null) {
                SafetensorsWriter.write(file, tensors(manager, seen), metadata(seen));
            }
        }
        return ExitCode.DONE;
    }

    private static Map<String, Object> document(Observation seen) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("sequences", tokens(seen));
        document.put("attentions", seen.attentions().stream().map(AttendCommand::entry).toList());
        return document;
    }

    private static JsonObject entry(ObservedAttention attention) {
        JsonObject entry = JSON.toJsonTree(Described.of(attention)).getAsJsonObject();
        entry.add("weights", JSON.toJsonTree(attention.recorded().row(0)));
        return entry;
    }

    private static Map<String, Object> tokens(Observation seen) {
        Map<String, Object> tokens = new LinkedHashMap<>();
        for (ObservedSequence sequence : seen.sequences()) {
            tokens.put(sequence.name(), sequence.tokens());
        }
        return tokens;
    }

    private static Map<String, String> metadata(Observation seen) {
        List<Described> described = seen.attentions().stream().map(Described::of).toList();
        return Map.of("sequences", JSON.toJson(tokens(seen)), "attentions", JSON.toJson(described));
    }

    private static Map<String, NDArray> tensors(NDManager manager, Observation seen) {
        Map<String, NDArray> tensors = new LinkedHashMap<>();
        for (ObservedAttention attention : seen.attentions()) {
            RecordedAttention told = attention.recorded();
            Shape shape = new Shape(told.batch(), told.heads(), told.queries(), told.keys());
            tensors.put(
                    ModelObserver.outputName(attention.site()),
                    HostArrays.of(manager, told.weights(), shape));
        }
        return tensors;
    }
}
