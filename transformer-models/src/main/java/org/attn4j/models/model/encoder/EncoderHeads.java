package org.attn4j.models.model.encoder;

import java.util.ArrayList;
import java.util.List;
import org.attn4j.models.checkpoint.WeightTable;
import org.attn4j.models.config.ConfigReader;
import org.attn4j.models.layer.Activation;
import org.attn4j.models.layer.TokenEmbedding;
import org.attn4j.models.model.head.BaseModel;
import org.attn4j.models.model.head.Head;
import org.attn4j.models.model.head.MaskedLanguageHead;
import org.attn4j.models.model.head.ModelWithHead;
import org.attn4j.models.model.head.MultipleChoiceHead;
import org.attn4j.models.model.head.PretrainingHead;
import org.attn4j.models.model.head.ProblemType;
import org.attn4j.models.model.head.QuestionAnsweringHead;
import org.attn4j.models.model.head.SequenceHead;
import org.attn4j.models.model.head.TokenClassificationHead;

/**
 * Puts an architecture of BERT and the families after it together: each head is made along with the
 * names of its tensors. A family names the tensors of its base model and makes the head that the
 * architecture wants; {@link #model} ends it.
 */
public final class EncoderHeads {

    private final ConfigReader reader;
    private final EncoderConfig config;
    private final TokenEmbedding tokens;
    private final String family;
    private final boolean base;
    private final WeightTable.Builder table = WeightTable.builder();
    private final List<String> headTensors = new ArrayList<>();

    /**
     * Begins an architecture with the names of the embeddings.
     *
     * @param reader the configuration, for the settings of the heads
     * @param config the hyperparameters
     * @param tokens the token embedding, which a head for masked tokens may be tied to
     * @param family what the names of the base model's tensors begin with where it has a head, with
     *     its dot, such as {@code bert.}
     * @param base whether the architecture is the base model, which writes no such beginning
     */
    public EncoderHeads(
            ConfigReader reader,
            EncoderConfig config,
            TokenEmbedding tokens,
            String family,
            boolean base) {
        this.reader = reader;
        this.config = config;
        this.tokens = tokens;
        this.family = family;
        this.base = base;
        EncoderWeights.embeddings(table, prefix() + "embeddings.", "model.embeddings.");
        EncoderWeights.common(table);
        table.baseModelPrefix(family, base);
    }

    private String prefix() {
        return base ? "" : family;
    }

    /**
     * Names a part of the base model.
     *
     * @param tensor its tensors, without the beginning that all have
     * @param path its path in the base model
     * @return this
     */
    public EncoderHeads add(String tensor, String path) {
        table.add(prefix() + tensor, "model." + path);
        return this;
    }

    /**
     * Names layers.
     *
     * @param tensors what stands before their tensors' names, without the beginning that all have
     * @param names what the tensors are called
     * @param path their path in the base model, with its dot
     * @return this
     */
    public EncoderHeads addLayers(String tensors, EncoderWeights.Layer names, String path) {
        EncoderWeights.layer(table, prefix() + tensors, names, "model." + path);
        return this;
    }

    /** Names a tensor of the head. */
    private void head(String tensor, String path) {
        table.add(tensor, "head." + path);
        headTensors.add(tensor);
    }

    /**
     * Makes the head for masked tokens.
     *
     * @param names what its tensors are called
     * @param activation its activation
     * @return the head
     */
    public MaskedLanguageHead maskedLanguage(
            EncoderWeights.LanguageHead names, Activation activation) {
        return maskedLanguage(names, activation, "head.");
    }

    private MaskedLanguageHead maskedLanguage(
            EncoderWeights.LanguageHead names, Activation activation, String path) {
        String embedding = family + "embeddings.word_embeddings.weight";
        names.addTo(table, path, embedding, config.tieEmbeddings());
        headTensors.add(names.dense());
        return new MaskedLanguageHead(
                config.hiddenSize(), tokens, config.tieEmbeddings(), activation, config.epsilon());
    }

    /**
     * Makes the head for masked tokens and the relation of two sentences.
     *
     * @param language what the tensors for masked tokens are called
     * @param sentences the tensors for sentences
     * @param dropout the rate before the classifier of sentences
     * @param classes how many relations there are
     * @param names what the family calls inputs and outputs
     * @return the head
     */
    public PretrainingHead pretraining(
            EncoderWeights.LanguageHead language,
            String sentences,
            float dropout,
            int classes,
            PretrainingHead.Names names) {
        head(sentences + ".*", "sentences.out_proj.*");
        SequenceHead.Summary pooled = SequenceHead.Summary.pooled(dropout);
        return new PretrainingHead(
                config.hiddenSize(),
                maskedLanguage(language, config.activation(), "head.tokens."),
                new SequenceHead(config.hiddenSize(), pooled, classes, ProblemType.SINGLE_LABEL),
                names);
    }

    /**
     * Makes the head for the relation of two sentences.
     *
     * @param tensors its tensors
     * @return the head
     */
    public SequenceHead sentencePair(String tensors) {
        head(tensors + ".*", "out_proj.*");
        SequenceHead.Summary pooled = SequenceHead.Summary.pooled(0);
        return new SequenceHead(config.hiddenSize(), pooled, 2, ProblemType.SINGLE_LABEL);
    }

    /**
     * Makes the classifier of sequences, with the classes of the configuration.
     *
     * @param summary what is classified
     * @param tensors the tensors of its maps, the dense layer first if there is one
     * @return the head
     */
    public SequenceHead classifier(SequenceHead.Summary summary, String... tensors) {
        addMaps(tensors);
        return new SequenceHead(
                config.hiddenSize(), summary, reader.labels().size(), ProblemType.of(reader));
    }

    /**
     * Makes the head that chooses among texts.
     *
     * @param summary what is scored
     * @param tensors the tensors of its maps, the dense layer first if there is one
     * @return the head
     */
    public MultipleChoiceHead choice(SequenceHead.Summary summary, String... tensors) {
        addMaps(tensors);
        return new MultipleChoiceHead(config.hiddenSize(), summary);
    }

    private void addMaps(String... tensors) {
        head(tensors[tensors.length - 1] + ".*", "out_proj.*");
        if (tensors.length > 1) {
            head(tensors[0] + ".*", "dense.*");
        }
    }

    /**
     * Makes the classifier of tokens, with the classes of the configuration.
     *
     * @param dropout the rate before it
     * @return the head
     */
    public TokenClassificationHead tokens(float dropout) {
        head("classifier.*", "out_proj.*");
        return new TokenClassificationHead(config.hiddenSize(), dropout, reader.labels().size());
    }

    /**
     * Makes the head that finds answers.
     *
     * @param dropout the rate before it
     * @return the head
     */
    public QuestionAnsweringHead answers(float dropout) {
        head("qa_outputs.*", "out_proj.*");
        return new QuestionAnsweringHead(config.hiddenSize(), dropout);
    }

    /**
     * Names the tensors of a head that is a family's own.
     *
     * @param head the head
     * @param names tensors and their paths in the head, one after the other
     * @return the head
     */
    public Head named(Head head, String... names) {
        for (int i = 0; i < names.length; i += 2) {
            head(names[i], names[i + 1]);
        }
        return head;
    }

    /**
     * Ends the architecture. Tensors of a pooler that is not there are passed over, and so are
     * those of the heads of pre-training, which files for other tasks often hold; a base model
     * passes over the heads of all tasks.
     *
     * @param architecture the architecture
     * @param model the base model
     * @param head its head; null for the base model
     * @param pooled whether the base model has a pooler
     * @param pretraining what the tensors of each head of pre-training begin with
     * @return the model
     */
    public ModelWithHead model(
            String architecture,
            BaseModel model,
            Head head,
            boolean pooled,
            String... pretraining) {
        for (String beginning : pretraining) {
            if (headTensors.stream().noneMatch(tensor -> tensor.startsWith(beginning))) {
                table.ignore(beginning + "**");
            }
        }
        if (!pooled) {
            table.ignore(family + "pooler.**");
        }
        if (base) {
            table.ignore("classifier.**")
                    .ignore("pre_classifier.**")
                    .ignore("qa_classifier.**")
                    .ignore("qa_outputs.**");
        }
        return new ModelWithHead(
                architecture, model, head, table.build(), config.initializerRange());
    }
}
