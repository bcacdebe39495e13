package org.attn4j.models.family.roberta;

import java.util.List;
import java.util.Set;
import org.attn4j.models.config.ConfigReader;
import org.attn4j.models.layer.Activation;
import org.attn4j.models.layer.TokenEmbedding;
import org.attn4j.models.model.ModelFamily;
import org.attn4j.models.model.PretrainedModel;
import org.attn4j.models.model.encoder.EncoderConfig;
import org.attn4j.models.model.encoder.EncoderHeads;
import org.attn4j.models.model.encoder.EncoderWeights;
import org.attn4j.models.model.head.BaseModel;
import org.attn4j.models.model.head.Head;
import org.attn4j.models.model.head.ModelWithHead;
import org.attn4j.models.model.head.SequenceHead.Summary;

/** RoBERTa with its heads: {@code model_type} {@code roberta}; its siblings extend it. */
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
    private final String prefix;
    private final EncoderConfig.Defaults defaults;

    /** Creates the family; the service loader calls this. */
    public RobertaFamily() {
        this(
                "roberta",
                "Roberta",
                "roberta.",
                new EncoderConfig.Defaults(50265, 768, 12, 12, 3072, "gelu", 0.1, 2, 1, 512));
    }

    /**
     * Creates a family whose architectures are RoBERTa's under other names.
     *
     * @param modelType {@code model_type}
     * @param className what the architectures' names begin with
     * @param prefix what the names of the base model's tensors begin with under a head, with its
     *     dot
     * @param defaults what settings are where a configuration does not tell
     */
    protected RobertaFamily(
            String modelType, String className, String prefix, EncoderConfig.Defaults defaults) {
        this.modelType = modelType;
        this.className = className;
        this.prefix = prefix;
        this.defaults = defaults;
    }

    @Override
    public final Set<String> modelTypes() {
        return Set.of(modelType);
    }

    @Override
    public final List<String> architectures() {
        return TASKS.stream().map(className::concat).toList();
    }

    @Override
    public PretrainedModel create(ConfigReader reader, String architecture) {
        EncoderConfig config = EncoderConfig.of(reader, defaults);
        String task = task(architecture);
        TokenEmbedding tokens = config.tokenEmbedding();
        return withHead(
                reader,
                architecture,
                config,
                new RobertaModel(config, tokens, isPooled(task)),
                heads(reader, config, tokens, task),
                config.classifierDropout());
    }

    /**
     * Returns what an architecture is for.
     *
     * @param architecture its name
     * @return what follows the family's name, such as {@code ForMaskedLM}
     */
    protected final String task(String architecture) {
        return architecture.substring(className.length());
    }

    /**
     * Returns whether an architecture looks at the pooled vector.
     *
     * @param task what it is for
     * @return whether it has a pooler
     */
    protected static boolean isPooled(String task) {
        return task.equals("Model") || task.equals("ForMultipleChoice");
    }

    /**
     * Names the tensors of the base model.
     *
     * @param reader the configuration
     * @param config the hyperparameters
     * @param tokens the token embedding
     * @param task what the architecture is for
     * @return what makes the heads
     */
    protected final EncoderHeads heads(
            ConfigReader reader, EncoderConfig config, TokenEmbedding tokens, String task) {
        return new EncoderHeads(reader, config, tokens, prefix, task.equals("Model"))
                .addLayers("encoder.layer.*.", EncoderWeights.Layer.BERT, "layers.*.")
                .add("pooler.dense.*", "pooler.dense.*");
    }

    /**
     * Puts the head of an architecture on its base model, and ends the reading of settings.
     *
     * @param reader the configuration
     * @param architecture the architecture
     * @param config the hyperparameters
     * @param model the base model
     * @param heads what makes the heads
     * @param dropout the rate before classifiers
     * @return the model
     */
    protected final ModelWithHead withHead(
            ConfigReader reader,
            String architecture,
            EncoderConfig config,
            BaseModel model,
            EncoderHeads heads,
            float dropout) {
        String task = task(architecture);
        Head head =
                switch (task) {
                    case "ForMaskedLM" ->
                            heads.maskedLanguage(
                                    EncoderWeights.LanguageHead.ROBERTA, Activation.GELU);
                    case "ForSequenceClassification" ->
                            heads.classifier(
                                    Summary.first(Activation.TANH, dropout),
                                    "classifier.dense",
                                    "classifier.out_proj");
                    case "ForMultipleChoice" ->
                            heads.choice(Summary.pooled(config.hiddenDropout()), "classifier");
                    case "ForTokenClassification" -> heads.tokens(dropout);
                    case "ForQuestionAnswering" -> heads.answers(0);
                    default -> null; // the model alone
                };
        reader.finish();
        return heads.model(architecture, model, head, isPooled(task), "lm_head.");
    }
}
