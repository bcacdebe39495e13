package org.attn4j.models.family.roberta;

import java.util.List;
import java.util.Set;
import org.attn4j.models.config.ConfigReader;
import org.attn4j.models.family.bert.BertConfig;
import org.attn4j.models.model.ModelFamily;
import org.attn4j.models.model.PretrainedModel;
import org.attn4j.models.model.head.EncoderTaskModel;

/** RoBERTa with its heads: {@code model_type} {@code roberta}. */
public class RobertaFamily implements ModelFamily {

    private static final List<String> TASKS =
            List.of(
                    "Model",
                    "ForMaskedLM",
                    "ForSequenceClassification",
                    "ForMultipleChoice",
                    "ForTokenClassification",
                    "ForQuestionAnswering");

    private final String modelType;
    private final String className;
    private final BertConfig.Defaults defaults;

    /** Creates the family; the service loader calls this. */
    public RobertaFamily() {
        this(
                "roberta",
                "Roberta",
                new BertConfig.Defaults(50265, 768, 12, 12, 3072, "gelu", 0.1, 2, 1));
    }

    /**
     * Creates a family of the same models under other names.
     *
     * @param modelType its {@code model_type}
     * @param className what its classes begin with
     * @param defaults what settings are where a configuration does not tell
     */
    protected RobertaFamily(String modelType, String className, BertConfig.Defaults defaults) {
        this.modelType = modelType;
        this.className = className;
        this.defaults = defaults;
    }

    /** {@inheritDoc} */
    @Override
    public final Set<String> modelTypes() {
        return Set.of(modelType);
    }

    /** {@inheritDoc} */
    @Override
    public final List<String> architectures() {
        return TASKS.stream().map(className::concat).toList();
    }

    /** {@inheritDoc} */
    @Override
    public final PretrainedModel create(ConfigReader reader, String architecture) {
        String task = architecture.substring(className.length());
        BertConfig config = BertConfig.of(reader, defaults);
        boolean pooler = task.equals("Model") || task.equals("ForMultipleChoice");
        RobertaModel model = new RobertaModel(config, pooler);
        EncoderTaskModel whole =
                new EncoderTaskModel(
                        architecture,
                        model,
                        RobertaHeads.create(task, reader, config, model.tokens()),
                        RobertaWeights.of(task, config.tieEmbeddings()),
                        config.initializerRange());
        reader.finish();
        return whole;
    }
}
