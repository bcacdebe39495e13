package org.attn4j.models.family.albert;

import java.util.Set;
import org.attn4j.models.checkpoint.WeightTable;
import org.attn4j.models.family.bert.BertWeights;

/** The names of ALBERT's tensors: layers are named by their groups, and stored once. */
final class AlbertWeights {

    private static final String PREFIX = "albert.";

    private static final Set<String> PREDICTING =
            Set.of("AlbertForPreTraining", "AlbertForMaskedLM");

    private AlbertWeights() {}

    static WeightTable of(String architecture, AlbertConfig config) {
        boolean base = architecture.equals("AlbertModel");
        String prefix = base ? "" : PREFIX;
        WeightTable.Builder table = BertWeights.embeddings(prefix);
        table.add(
                        prefix + "encoder.embedding_hidden_mapping_in.*",
                        "model.encoder.embeddings.embed_projection.*")
                .add(prefix + "pooler.*", "model.pooler.dense.*");
        for (int place = 0; place < config.layers().layers(); place++) {
            for (int i = 0; i < config.layersOfGroup(); i++) {
                addLayer(table, prefix, config, place, i);
            }
        }
        table.baseModelPrefix(PREFIX, base);
        switch (architecture) {
            case "AlbertForPreTraining" -> {
                predictions(table, "head.tokens.", config);
                table.add("sop_classifier.classifier.*", "head.sentences.out_proj.*");
            }
            case "AlbertForMaskedLM" -> predictions(table, "head.", config);
            case "AlbertForSequenceClassification", "AlbertForMultipleChoice" ->
                    table.add("classifier.*", "head.scores.out_proj.*");
            case "AlbertForTokenClassification" -> table.add("classifier.*", "head.out_proj.*");
            case "AlbertForQuestionAnswering" -> table.add("qa_outputs.*", "head.out_proj.*");
            default -> table.ignore("classifier.*").ignore("qa_outputs.*");
        }
        if (!AlbertFamily.hasPooler(architecture)) {
            table.ignore("albert.pooler.*");
        }
        if (!PREDICTING.contains(architecture)) {
            table.ignore("predictions.**");
        }
        return table.ignore("sop_classifier.**").build();
    }

    private static void addLayer(
            WeightTable.Builder table, String prefix, AlbertConfig config, int place, int inner) {
        String layer =
                "%sencoder.albert_layer_groups.%d.albert_layers.%d."
                        .formatted(prefix, config.groupOf(place), inner);
        String block = "model.encoder.layers.%d.".formatted(place * config.layersOfGroup() + inner);
        table.add(layer + "attention.query.*", block + "self_attn.query_proj.*")
                .add(layer + "attention.key.*", block + "self_attn.key_proj.*")
                .add(layer + "attention.value.*", block + "self_attn.value_proj.*")
                .add(
                        layer + "attention.distance_embedding.weight",
                        block + "self_attn.relative_keys.weight")
                .add(layer + "attention.dense.*", block + "self_attn.output_proj.*")
                .add(layer + "attention.LayerNorm.*", block + "self_attn_layer_norm.*")
                .add(layer + "ffn.*", block + "feed_forward.fc1.*")
                .add(layer + "ffn_output.*", block + "feed_forward.fc2.*")
                .add(layer + "full_layer_layer_norm.*", block + "final_layer_norm.*");
    }

    private static void predictions(WeightTable.Builder table, String head, AlbertConfig config) {
        table.add("predictions.dense.*", head + "dense.*")
                .add("predictions.LayerNorm.*", head + "layer_norm.*");
        BertWeights.decoder(
                table,
                "predictions.",
                head,
                "albert.embeddings.word_embeddings.weight",
                config.layers().tieEmbeddings());
    }
}
