package org.attn4j.models.model.causal;

import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.attn4j.models.checkpoint.TensorLayouts;
import org.attn4j.models.checkpoint.WeightTable;
import org.attn4j.models.config.ConfigReader;
import org.attn4j.models.model.ModelFamily;
import org.attn4j.models.model.PretrainedModel;
import org.attn4j.models.model.head.Head;
import org.attn4j.models.model.head.LastTokenHead;
import org.attn4j.models.model.head.ModelWithHead;
import org.attn4j.models.model.head.ProblemType;
import org.attn4j.models.model.head.QuestionAnsweringHead;
import org.attn4j.models.model.head.TokenClassificationHead;

/**
 * A family of decoder-only models. Their heads are the same in all families but for names; a family
 * has its model and the names of the model's tensors.
 */
public abstract class CausalFamily implements ModelFamily {

    private final String type;
    private final Names names;
    private final List<String> architectures;

    /**
     * How a family names things.
     *
     * @param classes what the names of its classes begin with, such as {@code GPT2}
     * @param languageModel the class that predicts the next token, without that beginning
     * @param prefix {@code base_model_prefix}, with its dot: what the model's tensors begin with
     *     below a head
     * @param embedding the token embedding's weight, without the prefix
     * @param output the language head's weight
     * @param tokenClassifier what the tensors of a classifier of tokens are called
     */
    public record Names(
            String classes,
            String languageModel,
            String prefix,
            String embedding,
            String output,
            String tokenClassifier) {}

    /**
     * A model below its head.
     *
     * @param model the model
     * @param weights the names of its tensors
     * @param tied whether the language head has the weight of the token embedding
     * @param classifierDropout the rate before a classifier of tokens
     * @param initializerRange the standard deviation of weights that no checkpoint gives
     */
    public record Body(
            DecoderOnlyModel model,
            WeightTable.Builder weights,
            boolean tied,
            float classifierDropout,
            double initializerRange) {}

    /**
     * Creates a family.
     *
     * @param type its {@code model_type}
     * @param names how it names things
     * @param heads its other classes, without what their names begin with, such as {@code
     *     ForSequenceClassification}
     */
    protected CausalFamily(String type, Names names, String... heads) {
        this.type = type;
        this.names = names;
        architectures =
                Stream.concat(Stream.of("Model", names.languageModel), Stream.of(heads))
                        .map(names.classes::concat)
                        .toList();
    }

    /**
     * Makes a model.
     *
     * @param reader its configuration
     * @param prefix what its tensors' names begin with: nothing in a base model
     * @return the model
     */
    protected abstract Body body(ConfigReader reader, String prefix);

    /**
     * Returns what the model's tensors begin with below a head.
     *
     * @param architecture the class of the whole
     * @return {@link Names#prefix} unless a family says otherwise
     */
    protected String prefix(String architecture) {
        return names.prefix;
    }

    @Override
    public final Set<String> modelTypes() {
        return Set.of(type);
    }

    @Override
    public final List<String> architectures() {
        return architectures;
    }

    @Override
    public PretrainedModel create(ConfigReader reader, String architecture) {
        PretrainedModel model = withHead(architecture, named(reader, architecture), reader);
        reader.finish();
        return model;
    }

    /**
     * Makes a model and names all its tensors, the language head's among them.
     *
     * @param reader its configuration
     * @param architecture the class of the whole
     * @return the model
     */
    protected final Body named(ConfigReader reader, String architecture) {
        boolean base = architecture.equals(architectures.get(0));
        String prefix = prefix(architecture);
        Body body = body(reader, base ? "" : prefix);
        if (body.tied) {
            // Some files hold the one weight under the name of the head.
            body.weights.tie(names.output, (base ? "" : prefix) + names.embedding);
        } else {
            body.weights.add(names.output, "head.lm_head.weight");
        }
        body.weights.baseModelPrefix(prefix, base);
        return body;
    }

    private PretrainedModel withHead(String architecture, Body body, ConfigReader reader) {
        int size = body.model.outputSize();
        WeightTable.Builder weights = body.weights;
        String task = architecture.substring(names.classes.length());
        if (task.equals(names.languageModel)) {
            return CausalLanguageModel.of(architecture, body);
        }
        weights.ignore("lm_head.weight").ignore("embed_out.weight");
        Head head =
                switch (task) {
                    case "Model" -> null;
                    case "ForTokenClassification" -> {
                        weights.add(names.tokenClassifier + ".*", "head.out_proj.*");
                        int labels = reader.labels().size();
                        yield new TokenClassificationHead(size, body.classifierDropout, labels);
                    }
                    case "ForSequenceClassification" -> {
                        weights.add("score.weight", "head.out_proj.weight");
                        Integer padId = reader.integerOrNull("pad_token_id");
                        ProblemType problem = ProblemType.of(reader);
                        yield new LastTokenHead(size, reader.labels().size(), padId, problem);
                    }
                    case "ForQuestionAnswering" -> {
                        weights.add("qa_outputs.*", "head.out_proj.*");
                        yield new QuestionAnsweringHead(size, 0);
                    }
                    default -> throw new IllegalArgumentException("no head of " + architecture);
                };
        return new ModelWithHead(
                architecture, body.model, head, weights.build(), body.initializerRange);
    }

    /**
     * Adds the names of queries, keys and values that are stored as one, head by head, with a bias.
     *
     * @param table what they are added to
     * @param tensor the name of the fused map, without {@code .weight}
     * @param attention the path of the attention
     * @param heads N
     */
    protected static void fusedPerHead(
            WeightTable.Builder table, String tensor, String attention, int heads) {
        for (String part : new String[] {".weight", ".bias"}) {
            table.addFused(
                    tensor + part,
                    TensorLayouts.perHead(heads),
                    attention + ".query_proj" + part,
                    attention + ".key_proj" + part,
                    attention + ".value_proj" + part);
        }
    }
}
