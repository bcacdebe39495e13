package org.attn4j.parity.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.ParameterStore;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.attn4j.models.model.LoadedModel;
import org.attn4j.models.model.ModelInputs;
import org.attn4j.models.model.ModelObserver;
import org.attn4j.models.model.ModelOutputs;
import org.attn4j.models.model.Pretrained;
import org.attn4j.models.model.sentence.SentenceModel;
import org.attn4j.models.model.sentence.SentenceVectors;
import org.attn4j.parity.Comparison;
import org.attn4j.parity.Difference;
import org.attn4j.parity.model.ModelFixture.Case;
import org.attn4j.parity.model.ModelParityReport.CaseReport;

/**
 * Compares a model with what a reference implementation computed with the same checkpoint: every
 * output of every case, layer by layer, and names the first place that differs.
 */
public final class ModelParity {

    private final LoadedModel model;
    private final ModelFixture fixture;

    private ModelParity(LoadedModel model, ModelFixture fixture) {
        this.model = model;
        this.fixture = fixture;
    }

    /**
     * Loads a model and compares it with its reference.
     *
     * @param directory the model's folder
     * @param reference the folder with {@code golden.json}; the same as the model's usually
     * @param loader on which engine and device it is loaded
     * @return the differences
     * @throws IOException if the model or the reference cannot be read
     */
    public static ModelParityReport check(Path directory, Path reference, Pretrained.Loader loader)
            throws IOException {
        try (ModelFixture fixture = ModelFixture.open(reference);
                LoadedModel model =
                        loader.optArchitecture(fixture.architecture()).load(directory)) {
            return check(model, fixture);
        }
    }

    /**
     * Compares a model with a reference.
     *
     * @param model the model
     * @param fixture what the reference computed
     * @return the differences
     * @throws IOException if the reference cannot be read
     */
    public static ModelParityReport check(LoadedModel model, ModelFixture fixture)
            throws IOException {
        List<CaseReport> cases = new ArrayList<>();
        for (Case it : fixture.cases()) {
            cases.add(check(model, fixture, it));
        }
        return new ModelParityReport(fixture.tolerance(), cases);
    }

    /**
     * Compares a model with one case of a reference.
     *
     * @param model the model
     * @param fixture what the reference computed
     * @param one the case
     * @return the differences
     * @throws IOException if the reference cannot be read
     */
    public static CaseReport check(LoadedModel model, ModelFixture fixture, Case one)
            throws IOException {
        return new ModelParity(model, fixture).check(one);
    }

    private CaseReport check(Case it) throws IOException {
        try (NDManager manager = model.manager().newSubManager()) {
            Map<String, NDArray> inputs = fixture.inputs(it, manager);
            Map<String, NDArray> outputs =
                    switch (it.kind()) {
                        case FORWARD -> forward(inputs);
                        case SENTENCE -> sentences(inputs);
                        case GENERATE -> GenerationParity.generate(model, it, inputs);
                    };
            List<Difference> differences = new ArrayList<>();
            for (String name : inOrder(outputs.keySet(), it.outputs())) {
                NDArray expected = fixture.output(it, name, manager);
                NDArray actual = outputs.get(name);
                boolean floating = expected.getDataType().isFloating();
                Comparison comparison = new Comparison(floating ? fixture.tolerance() : 0, 0);
                differences.add(
                        comparison.of(
                                name,
                                Comparison.numbers(expected),
                                expected.getShape(),
                                actual,
                                skipped(name, expected.getShape(), inputs)));
            }
            return new CaseReport(it.name(), it.kind(), differences);
        }
    }

    private Map<String, NDArray> forward(Map<String, NDArray> inputs) {
        ModelObserver observer = new ModelObserver();
        ModelOutputs outputs = model.run(new ModelInputs(inputs, observer));
        Map<String, NDArray> all = new LinkedHashMap<>(observer.arrays());
        all.putAll(outputs.arrays());
        return all;
    }

    private Map<String, NDArray> sentences(Map<String, NDArray> inputs) throws IOException {
        NDManager manager = inputs.values().iterator().next().getManager();
        SentenceVectors vectors =
                SentenceModel.of(model)
                        .embed(
                                new ParameterStore(manager, false),
                                new ModelInputs(inputs, null),
                                false);
        Map<String, NDArray> outputs = new LinkedHashMap<>();
        outputs.put("last_hidden_state", vectors.states());
        outputs.put("mean_pooled", vectors.pooled());
        outputs.put("sentence_embedding", vectors.embeddings());
        outputs.put("cosine_similarity", vectors.cosines());
        return outputs;
    }

    /** The outputs that the reference has, first those that the model has, as it computes them. */
    private static Set<String> inOrder(Set<String> computed, Set<String> wanted) {
        Set<String> names = new LinkedHashSet<>(computed);
        names.retainAll(wanted);
        names.addAll(wanted);
        return names;
    }

    /**
     * The elements of an output that are not compared; null for none. In a decoder-only model the
     * query of a padding token may see no key at all, before the first token of a row or where a
     * window holds padding alone: the reference averages over keys that it ought not to see, and
     * nothing that counts depends on it.
     */
    private boolean[] skipped(String output, Shape shape, Map<String, NDArray> inputs) {
        NDArray mask = inputs.get("attention_mask"); // (B, T)
        boolean ofTokens =
                output.equals("logits")
                        || output.startsWith("hidden_states.")
                        || output.equals("last_hidden_state")
                        || output.startsWith("attentions.");
        boolean comparable =
                ofTokens && shape.dimension() >= 3
                        || output.equals("start_logits")
                        || output.equals("end_logits");
        if (!model.model().isCausal() || !comparable || mask == null) {
            return null;
        }
        boolean byHead = shape.dimension() == 4; // (B, N, T, S), or else (B, T, …)
        int heads = byHead ? (int) shape.get(1) : 1;
        int length = (int) shape.get(byHead ? 2 : 1);
        boolean[] visible = mask.gt(0).toBooleanArray();
        boolean[] skipped = new boolean[(int) shape.size()];
        int size = skipped.length / (int) shape.get(0) / heads / length;
        for (int i = 0; i < skipped.length; i++) {
            int row = i / size;
            skipped[i] = !visible[row / length / heads * length + row % length];
        }
        return skipped;
    }
}
