package org.attn4j.models.training.embedding;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.AbstractBlock;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;
import java.util.ArrayList;
import java.util.List;
import org.attn4j.common.Require;
import org.attn4j.models.model.ModelInputs;
import org.attn4j.models.model.sentence.SentenceModel;

/**
 * A sentence model on several columns of texts. As a block it takes {@code input_ids} and {@code
 * attention_mask} (B, T) of each column in turn and gives the embeddings (B, E) of each.
 */
public final class EmbeddedColumns extends AbstractBlock {

    private static final byte VERSION = 1;
    private static final List<String> INPUTS = List.of("input_ids", "attention_mask");

    private final SentenceModel model;

    /**
     * Constructs a block.
     *
     * @param model the model, with its weights
     */
    public EmbeddedColumns(SentenceModel model) {
        super(VERSION);
        this.model = addChildBlock("model", model);
    }

    @Override
    protected NDList forwardInternal(
            ParameterStore parameters,
            NDList data,
            boolean training,
            PairList<String, Object> params) {
        Require.that(
                data.size() % 2 == 0 && !data.isEmpty(),
                "each column has ids and a mask, got %s arrays",
                data.size());
        NDList columns = new NDList();
        for (int i = 0; i < data.size(); i += 2) {
            ModelInputs in = ModelInputs.ofList(INPUTS, data.subNDList(i, i + 2));
            columns.add(model.embed(parameters, in, training).embeddings());
        }
        return columns;
    }

    @Override
    protected void initializeChildBlocks(
            NDManager manager, DataType dataType, Shape... inputShapes) {
        model.initialize(manager, dataType, inputShapes);
    }

    @Override
    public Shape[] getOutputShapes(Shape[] inputShapes) {
        List<Shape> columns = new ArrayList<>();
        for (int i = 0; i < inputShapes.length; i += 2) {
            columns.add(model.getOutputShapes(new Shape[] {inputShapes[i]})[0]);
        }
        return columns.toArray(Shape[]::new);
    }
}
