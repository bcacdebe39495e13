package org.attn4j.models.family.gpt2;

import org.attn4j.models.checkpoint.TensorLayouts;
import org.attn4j.models.checkpoint.WeightTable;
import org.attn4j.models.config.ConfigReader;
import org.attn4j.models.model.PretrainedModel;
import org.attn4j.models.model.causal.CausalFamily;
import org.attn4j.models.model.head.ModelWithHead;

/**
 * GPT-2 with its heads: {@code model_type} {@code gpt2}. Its linear maps are stored as (in, out),
 * query, key and value side by side; published files leave out the prefix and hold the buffers of
 * causal masks.
 */
public final class Gpt2Family extends CausalFamily {

    private static final String DOUBLE_HEADS = "GPT2DoubleHeadsModel";

    /** Creates the family; the service loader calls this. */
    public Gpt2Family() {
        super(
                "gpt2",
                new Names(
                        "GPT2",
                        "LMHeadModel",
                        "transformer.",
                        "wte.weight",
                        "lm_head.weight",
                        "classifier"),
                "DoubleHeadsModel",
                "ForSequenceClassification",
                "ForTokenClassification",
                "ForQuestionAnswering");
    }

    @Override
    protected Body body(ConfigReader reader, String prefix) {
        Gpt2Config config = Gpt2Config.of(reader);
        String layer = prefix + "h.*.";
        String block = "model.layers.*.";
        WeightTable.Builder weights =
                WeightTable.builder()
                        .add(prefix + "wte.weight", "model.embed_tokens.weight")
                        .add(prefix + "wpe.weight", "model.embed_positions.weight")
                        .add(layer + "ln_1.*", block + "self_attn_layer_norm.*")
                        .addFused(
                                layer + "attn.c_attn.weight",
                                TensorLayouts.columns(),
                                block + "self_attn.query_proj.weight",
                                block + "self_attn.key_proj.weight",
                                block + "self_attn.value_proj.weight")
                        .addFused(
                                layer + "attn.c_attn.bias",
                                TensorLayouts.rows(),
                                block + "self_attn.query_proj.bias",
                                block + "self_attn.key_proj.bias",
                                block + "self_attn.value_proj.bias")
                        .add(layer + "ln_2.*", block + "final_layer_norm.*")
                        .add(prefix + "ln_f.*", "model.norm.*")
                        .ignore("**.attn.bias")
                        .ignore("**.attn.masked_bias");
        transposed(weights, layer + "attn.c_proj", block + "self_attn.output_proj");
        transposed(weights, layer + "mlp.c_fc", block + "feed_forward.fc1");
        transposed(weights, layer + "mlp.c_proj", block + "feed_forward.fc2");
        return new Body(
                new Gpt2Model(config),
                weights,
                config.tieEmbeddings(),
                config.classifierDropout(),
                config.initializerRange());
    }

    private static void transposed(WeightTable.Builder table, String tensor, String parameter) {
        table.add(tensor + ".weight", parameter + ".weight", TensorLayouts.transposed())
                .add(tensor + ".bias", parameter + ".bias");
    }

    @Override
    public PretrainedModel create(ConfigReader reader, String architecture) {
        if (!architecture.equals(DOUBLE_HEADS)) {
            return super.create(reader, architecture);
        }
        Body body = named(reader, architecture);
        Gpt2DoubleHead head =
                new Gpt2DoubleHead(
                        body.model().outputSize(), body.model().tokens(), body.tied(), reader);
        reader.finish();
        body.weights().add("multiple_choice_head.summary.*", "head.summary.*");
        return new ModelWithHead(
                architecture, body.model(), head, body.weights().build(), body.initializerRange());
    }
}
