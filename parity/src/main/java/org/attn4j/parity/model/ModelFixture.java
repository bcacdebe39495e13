package org.attn4j.parity.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.attn4j.models.checkpoint.CheckpointFormatException;
import org.attn4j.models.checkpoint.JsonFiles;
import org.attn4j.models.checkpoint.TensorSource;

/**
 * What a reference implementation computed with a checkpoint: {@code golden.json} tells the cases,
 * {@code golden.safetensors} holds their inputs, {@code CASE/in/NAME}, and outputs, {@code
 * CASE/out/NAME}.
 */
public final class ModelFixture implements AutoCloseable {

    /** The name of the file that tells the cases. */
    public static final String DESCRIPTION = "golden.json";

    /** The name of the file that holds the arrays. */
    public static final String TENSORS = "golden.safetensors";

    private static final double TOLERANCE = 5e-5;
    private static final double MIXTURE_TOLERANCE = 1e-3;

    private final Path directory;
    private final JsonObject description;
    private final TensorSource tensors;

    private ModelFixture(Path directory, JsonObject description, TensorSource tensors) {
        this.directory = directory;
        this.description = description;
        this.tensors = tensors;
    }

    /** What is computed in a case. */
    public enum Kind {
        /** The model is called once. */
        FORWARD,
        /** The model generates, without sampling. */
        GENERATE,
        /** Sentences are embedded and compared. */
        SENTENCE
    }

    /**
     * One case.
     *
     * @param name its name
     * @param kind what is computed
     * @param inputs the names of its inputs
     * @param outputs the names of its outputs
     * @param arguments the arguments of a generation, by transformers' names; empty for none
     */
    public record Case(
            String name,
            Kind kind,
            Set<String> inputs,
            Set<String> outputs,
            Map<String, JsonElement> arguments) {}

    /**
     * Opens a fixture.
     *
     * @param directory the folder with {@value #DESCRIPTION} and {@value #TENSORS}
     * @return the fixture; close it
     * @throws IOException if a file is missing or malformed
     */
    public static ModelFixture open(Path directory) throws IOException {
        if (Files.notExists(directory.resolve(DESCRIPTION))) {
            throw new NoSuchFileException(
                    directory.toString(),
                    null,
                    "there is no %s, what a reference computed with the model to compare with"
                            .formatted(DESCRIPTION));
        }
        JsonObject description = JsonFiles.read(directory.resolve(DESCRIPTION));
        return new ModelFixture(
                directory, description, TensorSource.open(directory.resolve(TENSORS)));
    }

    /**
     * Returns the cases, in the order of the file.
     *
     * @return the cases
     * @throws CheckpointFormatException if one is malformed
     */
    public List<Case> cases() throws CheckpointFormatException {
        if (!(description.get("cases") instanceof JsonArray array)) {
            throw bad("has no list of cases");
        }
        List<Case> cases = new ArrayList<>();
        for (JsonElement element : array) {
            cases.add(parse(element));
        }
        return cases;
    }

    private Case parse(JsonElement element) throws CheckpointFormatException {
        if (!(element instanceof JsonObject object)
                || !(object.get("outputs") instanceof JsonObject outputs)
                || !(object.get("inputs") instanceof JsonObject inputs)
                || !object.has("name")
                || !object.has("kind")) {
            throw bad("has a case without name, kind, inputs or outputs");
        }
        String kind = object.get("kind").getAsString();
        Map<String, JsonElement> arguments = new TreeMap<>();
        if (object.get("kwargs") instanceof JsonObject given) {
            given.entrySet().forEach(entry -> arguments.put(entry.getKey(), entry.getValue()));
        }
        return new Case(
                object.get("name").getAsString(),
                switch (kind) {
                    case "forward" -> Kind.FORWARD;
                    case "generate" -> Kind.GENERATE;
                    case "sentence" -> Kind.SENTENCE;
                    default -> throw bad("has a case of the unknown kind " + kind);
                },
                inputs.keySet(),
                outputs.keySet(),
                arguments);
    }

    /**
     * Returns the inputs of a case.
     *
     * @param of the case
     * @param manager where they live
     * @return the arrays by name; integers as int64
     * @throws IOException if they cannot be read
     */
    public Map<String, NDArray> inputs(Case of, NDManager manager) throws IOException {
        Map<String, NDArray> arrays = new LinkedHashMap<>();
        for (String input : of.inputs()) {
            arrays.put(input, read(of.name() + "/in/" + input, manager));
        }
        return arrays;
    }

    /**
     * Returns an output of a case, as the reference computed it.
     *
     * @param of the case
     * @param output the name of the output
     * @param manager where it lives
     * @return the array
     * @throws IOException if it cannot be read
     */
    public NDArray output(Case of, String output, NDManager manager) throws IOException {
        return read(of.name() + "/out/" + output, manager);
    }

    private NDArray read(String tensor, NDManager manager) throws IOException {
        if (!tensors.names().contains(tensor)) {
            throw bad("names " + tensor + ", which " + TENSORS + " does not hold");
        }
        return tensors.read(tensor, manager);
    }

    /**
     * Returns how far a result may be from the reference's: 5e-5, or 1e-3 where the fixture tells
     * that rounding is amplified, as mixtures of experts do.
     *
     * @return the largest absolute difference that is allowed
     */
    public double tolerance() {
        Set<String> keys = new TreeSet<>(description.keySet());
        boolean amplified =
                keys.stream().anyMatch(key -> key.startsWith("max_abs_change_when_weights_move"));
        return amplified ? MIXTURE_TOLERANCE : TOLERANCE;
    }

    /**
     * Returns the model that the reference ran.
     *
     * @return the name of its class; null to take it from {@code config.json}
     */
    public String architecture() {
        return description.has("model_class") ? description.get("model_class").getAsString() : null;
    }

    private CheckpointFormatException bad(String what) {
        return new CheckpointFormatException(directory.resolve(DESCRIPTION) + " " + what);
    }

    /**
     * Releases the files.
     *
     * @throws IOException if closing fails
     */
    @Override
    public void close() throws IOException {
        tensors.close();
    }
}
