package org.attn4j.models.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.nn.Parameter;
import com.google.gson.JsonParser;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.attn4j.models.checkpoint.BlockParameters;
import org.attn4j.models.model.ModelFamilies;
import org.attn4j.models.model.PretrainedModel;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("engine")
class ParameterGroupsTest {

    private NDManager manager;

    @BeforeEach
    void open() {
        manager = NDManager.newBaseManager(TinyTask.engineName());
    }

    @AfterEach
    void close() {
        manager.close();
    }

    private PretrainedModel model(String type, String architecture, String sizes) {
        String json = "{'model_type': '%s', %s}".formatted(type, sizes).replace('\'', '"');
        PretrainedModel model =
                ModelFamilies.create(JsonParser.parseString(json).getAsJsonObject(), architecture);
        model.initialize(manager, DataType.FLOAT32, model.smallestInput());
        return model;
    }

    private PretrainedModel bert() {
        return model(
                "bert",
                "BertForSequenceClassification",
                "'vocab_size': 11, 'hidden_size': 8, 'num_hidden_layers': 3,"
                        + " 'num_attention_heads': 2, 'intermediate_size': 12,"
                        + " 'max_position_embeddings': 9");
    }

    /** The rules by the names of the tensors. */
    private static Map<String, ParameterGroups.Rule> rules(PretrainedModel model, double decay) {
        ParameterGroups groups = ParameterGroups.of(model, List.of(), decay);
        Map<String, ParameterGroups.Rule> rules = new TreeMap<>();
        BlockParameters.of(model)
                .byPath()
                .keySet()
                .forEach(
                        path ->
                                rules.put(
                                        model.weights().tensorOf(path).orElseThrow(),
                                        groups.ruleOf(path)));
        return rules;
    }

    /** 0.5 for the top of three layers, 0.25, 0.125 below it, 0.0625 for the embeddings. */
    @Test
    void ratesFallFromTheHeadDown() {
        Map<String, ParameterGroups.Rule> rules = rules(bert(), 0.5);
        Map<String, Double> expected =
                Map.of(
                        "classifier.weight", 1.0,
                        "bert.pooler.dense.bias", 1.0,
                        "bert.encoder.layer.2.output.dense.weight", 0.5,
                        "bert.encoder.layer.1.attention.self.key.bias", 0.25,
                        "bert.encoder.layer.0.output.LayerNorm.weight", 0.125,
                        "bert.embeddings.LayerNorm.bias", 0.0625,
                        "bert.embeddings.position_embeddings.weight", 0.0625);
        expected.forEach(
                (tensor, factor) ->
                        assertEquals(factor, rules.get(tensor).rateFactor(), 1e-9, tensor));
        rules(bert(), 1).values().forEach(rule -> assertEquals(1f, rule.rateFactor()));
    }

    @Test
    void biasesAndNormsDoNotDecay() {
        rules(bert(), 1)
                .forEach(
                        (tensor, rule) ->
                                assertEquals(
                                        !tensor.contains("LayerNorm") && !tensor.endsWith(".bias"),
                                        rule.decays(),
                                        tensor));
    }

    /** A table of biases has two dimensions, and a kind that does not tell: its name does. */
    @Test
    void aTableOfBiasesDoesNotDecayEither() {
        PretrainedModel t5 =
                model(
                        "t5",
                        "T5ForConditionalGeneration",
                        "'vocab_size': 11, 'd_model': 8, 'd_kv': 4, 'd_ff': 12, 'num_layers': 2,"
                                + " 'num_heads': 2, 'decoder_start_token_id': 0");
        Map<String, ParameterGroups.Rule> rules = rules(t5, 0.5);
        String block = "encoder.block.0.layer.0.";
        assertFalse(rules.get(block + "SelfAttention.relative_attention_bias.weight").decays());
        assertFalse(rules.get(block + "layer_norm.weight").decays());
        assertTrue(rules.get(block + "SelfAttention.q.weight").decays());
        assertEquals(
                0.5f, rules.get("decoder.block.1.layer.2.DenseReluDense.wo.weight").rateFactor());
        assertEquals(0.25f, rules.get(block + "SelfAttention.q.weight").rateFactor());
        assertEquals(0.125f, rules.get("shared.weight").rateFactor());
        assertEquals(1f, rules.get("encoder.final_layer_norm.weight").rateFactor());
    }

    @Test
    void patternsFreezeTensors() {
        PretrainedModel model = bert();
        ParameterGroups.of(
                model,
                List.of("bert.embeddings.**", "bert.encoder.layer.*.output.dense.weight"),
                1);
        for (Map.Entry<String, Parameter> entry : BlockParameters.of(model).byPath().entrySet()) {
            String tensor = model.weights().tensorOf(entry.getKey()).orElseThrow();
            boolean frozen =
                    tensor.startsWith("bert.embeddings.")
                            || tensor.matches(".*layer\\.\\d\\.output\\.dense\\.weight");
            assertEquals(!frozen, entry.getValue().requiresGradient(), tensor);
        }
    }

    @Test
    void aPatternThatNamesNothingIsRefused() {
        PretrainedModel model = bert();
        Exception e =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> ParameterGroups.of(model, List.of("bert.embedding.**"), 1));
        assertTrue(
                e.getMessage()
                        .startsWith(
                                "freeze must name tensors of the model, got bert.embedding.**; it"
                                        + " has bert.embeddings.word_embeddings.weight, "),
                e.getMessage());
    }
}
