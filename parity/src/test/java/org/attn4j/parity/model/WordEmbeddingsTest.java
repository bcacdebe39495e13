package org.attn4j.parity.model;

import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.training.ParameterStore;
import com.google.gson.JsonElement;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.attn4j.attention.ops.HostArrays;
import org.attn4j.models.model.LoadedModel;
import org.attn4j.models.model.ModelInputs;
import org.attn4j.models.model.Pretrained;
import org.attn4j.testkit.Numbers;
import org.attn4j.testkit.TestEngine;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Every checkpoint of {@link GoldenModels} gives for word embeddings what it gives for the ids that
 * they are of. Other tokens stand in the place of padding: by vectors nobody can tell what is
 * padding, and the families that look for it count on, as in transformers.
 */
@Tag("engine")
class WordEmbeddingsTest {

    /** They look for separators or ends of texts, which only ids have. */
    private static final Set<String> NEED_IDS =
            Set.of(
                    "bart_class",
                    "bigbird_qa",
                    "longformer_choice",
                    "longformer_qa",
                    "mbart_answers",
                    "t5_answers",
                    "t5_class");

    /** A matrix product may differ in its last bit with where its operands lie in memory. */
    private static final double ROUNDING = 1e-5;

    @Test
    void wordEmbeddingsInPlaceOfIdsGiveTheSame() throws IOException {
        Set<String> refused = new TreeSet<>();
        for (Path folder : GoldenModels.all()) {
            String name = folder.getFileName().toString();
            try (ModelFixture fixture = ModelFixture.open(folder);
                    LoadedModel model =
                            Pretrained.loader()
                                    .optEngine(TestEngine.name())
                                    .optArchitecture(fixture.architecture())
                                    .load(folder)) {
                for (ModelFixture.Case it : fixture.cases()) {
                    if (it.kind() == ModelFixture.Kind.FORWARD
                            && !isSame(model, fixture, it, name)) {
                        refused.add(name);
                    }
                }
            }
        }
        assertEquals(NEED_IDS, refused);
    }

    /** Whether vectors are taken, and then give the same. */
    private static boolean isSame(
            LoadedModel model, ModelFixture fixture, ModelFixture.Case it, String name)
            throws IOException {
        try (NDManager manager = model.manager().newSubManager()) {
            Map<String, NDArray> inputs = new LinkedHashMap<>(fixture.inputs(it, manager));
            NDArray ids = withoutPadding(model, inputs.get("input_ids"));
            inputs.put("input_ids", ids);
            NDArray mask = inputs.get("attention_mask");
            if (mask != null && mask.getShape().dimension() == ids.getShape().dimension()) {
                NDArray hidden = mask.eq(0).toType(mask.getDataType(), false);
                inputs.put("attention_mask", mask.add(hidden));
            }
            Map<String, NDArray> expected = model.run(new ModelInputs(inputs, null)).arrays();
            inputs.remove("input_ids");
            inputs.put(
                    "inputs_embeds",
                    model.model().inputEmbeddings(new ParameterStore(manager, false), ids));
            Map<String, NDArray> actual;
            try {
                actual = model.run(new ModelInputs(inputs, null)).arrays();
            } catch (IllegalArgumentException e) {
                return false;
            }
            assertEquals(expected.keySet(), actual.keySet(), name);
            expected.forEach(
                    (output, array) ->
                            Numbers.assertClose(
                                    name + " " + it.name() + " " + output,
                                    numbers(array),
                                    numbers(actual.get(output)),
                                    ROUNDING,
                                    ROUNDING));
            return true;
        }
    }

    private static NDArray withoutPadding(LoadedModel model, NDArray ids) {
        JsonElement pad = model.config().get("pad_token_id");
        if (pad == null || pad.isJsonNull()) {
            return ids;
        }
        long[] tokens = ids.toLongArray();
        long other = pad.getAsLong() == 5 ? 6 : 5;
        for (int i = 0; i < tokens.length; i++) {
            tokens[i] = tokens[i] == pad.getAsLong() ? other : tokens[i];
        }
        return HostArrays.of(ids.getManager(), tokens, ids.getShape());
    }

    private static float[] numbers(NDArray array) {
        return array.toType(DataType.FLOAT32, false).toFloatArray();
    }
}
