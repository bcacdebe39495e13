package org.attn4j.models.attribution;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.ParameterStore;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.attn4j.attention.ops.HostArrays;
import org.attn4j.models.checkpoint.WeightTable;
import org.attn4j.models.layer.Activation;
import org.attn4j.models.layer.TokenEmbedding;
import org.attn4j.models.layer.TokenInput;
import org.attn4j.models.model.LoadedModel;
import org.attn4j.models.model.ModelInputs;
import org.attn4j.models.model.ModelObserver;
import org.attn4j.models.model.Pretrained;
import org.attn4j.models.model.PretrainedModel;
import org.attn4j.models.model.head.BaseModel;
import org.attn4j.models.model.head.BaseOutput;
import org.attn4j.models.model.head.ModelWithHead;
import org.attn4j.models.model.head.ProblemType;
import org.attn4j.models.model.head.SequenceHead;
import org.attn4j.models.model.seq2seq.EncoderDecoder;
import org.attn4j.models.task.Task;
import org.attn4j.models.task.TaskModel;
import org.attn4j.models.tokenizer.EncodeOptions;
import org.attn4j.models.tokenizer.ModelTokenizer;
import org.attn4j.models.tokenizer.TextPair;
import org.attn4j.models.tokenizer.TokenizedText;
import org.attn4j.testkit.TestEngine;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Tag("engine")
class AttributorTest {

    private static final Path GOLDENS = Path.of("src/test/resources/goldens");

    private static TaskModel load(Task task, String name) throws IOException {
        return TaskModel.load(
                task, GOLDENS.resolve(name), Pretrained.loader().optEngine(TestEngine.name()));
    }

    private static List<Attribution> attributions(
            TaskModel model, AttributionMethod method, int steps, String text, String second)
            throws IOException {
        Attributor attributor = new Attributor(model, method, steps);
        if (second != null && attributor.isEncoderDecoder()) {
            return attributor.attributeWritten(text, second);
        }
        return model.model().model().isCausal()
                ? attributor.attribute(TextPair.of(text), second)
                : attributor.attribute(new TextPair(text, second), null);
    }

    private static Attribution attribution(TaskModel model, AttributionMethod method, String text)
            throws IOException {
        return attributions(model, method, 20, text, null).get(0);
    }

    /** The predicted value of a call by word embeddings (1, T, D), computed here. */
    private static double value(
            TaskModel model, Attribution of, String written, Map<String, NDArray> inputs) {
        PretrainedModel block = model.model().model();
        NDManager manager = inputs.values().iterator().next().getManager();
        Map<String, NDArray> all = new LinkedHashMap<>(inputs);
        if (block instanceof EncoderDecoder both) {
            long[] labels = labels(model, written);
            all.put(
                    "decoder_input_ids",
                    both.decoderInputs(
                            HostArrays.of(manager, labels, new Shape(1, labels.length))));
        }
        NDArray logits =
                block.run(new ParameterStore(manager, false), new ModelInputs(all, null), false)
                        .require("logits");
        AttributionTarget target = of.target();
        if (target.isClass()) {
            return logits.toFloatArray()[target.id()];
        }
        int row = block.isCausal() ? target.position() - 1 : target.position();
        float[] scores = logits.get("0, {}", row).toFloatArray();
        double sum = 0;
        for (float score : scores) {
            sum += Math.exp((double) score - scores[target.id()]);
        }
        return -Math.log(sum);
    }

    private static long[] labels(TaskModel model, String written) {
        return model.tokenizer().encodeTarget(written, EncodeOptions.DEFAULT).ids();
    }

    private static Map<String, NDArray> inputs(
            TaskModel model, NDManager manager, TokenizedText tokens) {
        return model.arrays(manager, List.of(tokens));
    }

    /** The value where the embedding of one token is another. */
    private static double moved(
            TaskModel model, Attribution of, String written, int t, int d, double by) {
        try (NDManager manager = model.model().manager().newSubManager()) {
            Map<String, NDArray> inputs = inputs(model, manager, of.tokens());
            NDArray vectors =
                    model.model()
                            .model()
                            .inputEmbeddings(
                                    new ParameterStore(manager, false), inputs.get("input_ids"));
            int size = Math.toIntExact(vectors.getShape().get(2));
            float[] numbers = vectors.toFloatArray();
            for (int i = d < 0 ? 0 : d; i < (d < 0 ? size : d + 1); i++) {
                float old = numbers[t * size + i];
                numbers[t * size + i] = (float) (d < 0 ? old * (1 + by) : old + by);
            }
            inputs.remove("input_ids");
            inputs.put("inputs_embeds", HostArrays.of(manager, numbers, vectors.getShape()));
            return value(model, of, written, inputs);
        }
    }

    private static double slope(
            TaskModel model, Attribution of, String written, int t, int d, double by) {
        return (moved(model, of, written, t, d, by) - moved(model, of, written, t, d, -by))
                / (2 * by);
    }

    /** What the rounding of values in float32 and the square of the step may add. */
    private static double bound(double slope) {
        return 2e-3 + 0.01 * Math.abs(slope);
    }

    /**
     * Gradient times input, summed over D, is the slope of the value as a token's embedding grows
     * in proportion; the norm is that of the slopes along each of its numbers. {@code second} is a
     * second text, or a token to come that is not so probable that nothing changes it.
     */
    @ParameterizedTest
    @CsvSource({
        "TEXT_CLASSIFICATION, tasks/bert_classify, This movie was great., a waste of time",
        "TEXT_CLASSIFICATION, tasks/roberta_multi_label, This movie was great.,",
        "TEXT_CLASSIFICATION, tasks/distilbert_regression, This movie was great.,",
        "FILL_MASK, tasks/bert_fill_mask, The old doctor lives in [MASK].,",
        "FILL_MASK, tasks/roberta_fill_mask, The old doctor lives in <mask>.,",
        "TEXT_GENERATION, generation/texts/gpt2_text, The cat sat, e",
        "TEXT_GENERATION, generation/texts/llama_text, The cat sat, e",
        "TRANSLATION, generation/texts/marian_text, The cat sat on the mat., le chat",
        "TRANSLATION, generation/texts/t5_text, The cat sat on the mat., le chat",
        "TRANSLATION, generation/texts/bart_text, The cat sat on the mat., The cat"
    })
    void gradientsAreTheSlopesOfFiniteDifferences(
            Task task, String folder, String text, String second) throws IOException {
        try (TaskModel model = load(task, folder)) {
            List<Attribution> products =
                    attributions(model, AttributionMethod.GRADIENT, 1, text, second);
            List<Attribution> norms =
                    attributions(model, AttributionMethod.GRADIENT_NORM, 1, text, second);
            double most = 0;
            for (int i = 0; i < products.size(); i++) {
                Attribution product = products.get(i);
                assertEquals(
                        moved(model, product, second, 0, -1, 0), product.target().value(), 1e-4);
                for (int t = 0; t < product.scores().length; t++) {
                    double slope = slope(model, product, second, t, -1, 3e-3);
                    assertEquals(slope, product.scores()[t], bound(slope), folder + " " + t);
                    most = Math.max(most, Math.abs(slope));
                }
            }
            assertTrue(most > 0.05, "slopes so flat tell nothing: " + most);
            int last = norms.size() - 1;
            double squares = 0;
            int size = size(model);
            for (int d = 0; d < size; d++) {
                squares += Math.pow(slope(model, norms.get(last), second, 1, d, 1e-3), 2);
            }
            double norm = Math.sqrt(squares);
            assertEquals(norm, norms.get(last).scores()[1], 0.02 * (1 + norm), folder);
        }
    }

    private static int size(TaskModel model) {
        try (NDManager manager = model.model().manager().newSubManager()) {
            NDArray ids = HostArrays.of(manager, new long[] {3}, new Shape(1, 1));
            return Math.toIntExact(
                    model.model()
                            .model()
                            .inputEmbeddings(new ParameterStore(manager, false), ids)
                            .getShape()
                            .get(2));
        }
    }

    /** The baseline is computed here by ids, of which the model reads that of padding. */
    @ParameterizedTest
    @CsvSource({
        "TEXT_CLASSIFICATION, tasks/bert_classify, This movie was great.",
        "FILL_MASK, tasks/bert_fill_mask, The old doctor lives in [MASK]."
    })
    void integratedGradientsAddUpToTheDifferenceFromTheBaseline(
            Task task, String folder, String text) throws IOException {
        try (TaskModel model = load(task, folder);
                NDManager manager = model.model().manager().newSubManager()) {
            Attribution many =
                    attributions(model, AttributionMethod.INTEGRATED_GRADIENTS, 300, text, null)
                            .get(0);
            Map<String, NDArray> inputs = inputs(model, manager, many.tokens());
            double value = value(model, many, null, inputs);
            long[] ids = many.tokens().ids().clone();
            for (int t = 0; t < ids.length; t++) {
                boolean stays =
                        many.tokens().special()[t]
                                || ids[t] == model.tokenizer().maskId().orElse(-1);
                ids[t] = stays ? ids[t] : model.tokenizer().padId().getAsInt();
                if (stays) {
                    assertEquals(0, many.scores()[t], "token " + t);
                }
            }
            inputs.put("input_ids", HostArrays.of(manager, ids, new Shape(1, ids.length)));
            double before = value(model, many, null, inputs);
            assertEquals(value, many.target().value(), 1e-4);
            assertEquals(before, many.baseline().getAsDouble(), 1e-4);
            double sum = Arrays.stream(many.scores()).sum();
            assertEquals(value - before, sum, 1e-3 * (1 + Math.abs(value - before)));
            assertEquals(sum - (value - before), many.gap().getAsDouble(), 1e-3);
            double coarse = gap(model, text, 8);
            double fine = gap(model, text, 32);
            assertTrue(fine < coarse / 8, "from " + coarse + " to " + fine);
        }
    }

    /** Of a midpoint sum: it falls with the square of the steps, 16 times from 8 to 32. */
    private static double gap(TaskModel model, String text, int steps) throws IOException {
        return Math.abs(
                attributions(model, AttributionMethod.INTEGRATED_GRADIENTS, steps, text, null)
                        .get(0)
                        .gap()
                        .getAsDouble());
    }

    /** A model whose logits are W times the mean of its tokens' embeddings, plus b. */
    private static final class Linear extends BaseModel {

        private final TokenEmbedding tokens;

        Linear(int vocabularySize) {
            super(List.of("input_ids", "attention_mask"));
            tokens = addChildBlock("tokens", new TokenEmbedding(vocabularySize, 2));
        }

        @Override
        public BaseOutput encode(ParameterStore parameters, ModelInputs in, boolean training) {
            TokenInput words = in.tokens(tokens.vocabularySize());
            return new BaseOutput(tokens.embed(parameters, words, training), null);
        }
    }

    private static TaskModel linear(NDManager manager) throws IOException {
        ModelTokenizer tokenizer = ModelTokenizer.load(GOLDENS.resolve("tasks/bert_classify"));
        SequenceHead.Summary mean =
                new SequenceHead.Summary(SequenceHead.Vector.MEAN, false, Activation.LINEAR, 0, 0);
        ModelWithHead model =
                new ModelWithHead(
                        "LinearForSequenceClassification",
                        new Linear(tokenizer.vocabularySize()),
                        new SequenceHead(2, mean, 2, ProblemType.SINGLE_LABEL),
                        WeightTable.builder().build(),
                        1);
        model.initialize(manager, DataType.FLOAT32, model.smallestInput());
        model.freezeParameters(true);
        model.getParameters()
                .forEach(
                        pair -> {
                            NDArray array = pair.getValue().getArray();
                            float[] numbers = new float[Math.toIntExact(array.size())];
                            for (int i = 0; i < numbers.length; i++) {
                                numbers[i] = (i % 7 - 2) / 4f; // exact, and so is each product
                            }
                            try (NDArray set = HostArrays.of(manager, numbers, array.getShape())) {
                                set.copyTo(array);
                            }
                        });
        JsonObject config =
                JsonParser.parseString(
                                "{\"model_type\": \"linear\", \"id2label\": {\"0\": \"no\", \"1\": \"yes\"}}")
                        .getAsJsonObject();
        return new TaskModel(LoadedModel.made(model, config, null, List.of()), tokenizer);
    }

    private static float[] embedding(long id) {
        return new float[] {(2 * id % 7 - 2) / 4f, ((2 * id + 1) % 7 - 2) / 4f};
    }

    /**
     * W's rows are (-½, -¼) and (0, ¼). What a token contributes to the second logit is a quarter
     * of its embedding's second number, divided by T; to the baseline, a quarter of padding's.
     */
    @Test
    void aLinearModelIsAttributedExactly() throws IOException {
        try (NDManager manager = TestEngine.manager();
                TaskModel model = linear(manager)) {
            TextPair text = TextPair.of("This movie was great.");
            for (int steps : new int[] {1, 3, 64}) {
                Attribution integrated =
                        new Attributor(model, AttributionMethod.INTEGRATED_GRADIENTS, steps)
                                .attribute(text, "yes")
                                .get(0);
                Attribution gradient =
                        new Attributor(model, AttributionMethod.GRADIENT)
                                .attribute(text, "1")
                                .get(0);
                TokenizedText tokens = gradient.tokens();
                double length = tokens.length();
                double[] products = new double[tokens.length()];
                double[] differences = new double[tokens.length()];
                for (int t = 0; t < tokens.length(); t++) {
                    double own = embedding(tokens.ids()[t])[1] / 4 / length;
                    double blank = embedding(model.tokenizer().padId().getAsInt())[1] / 4 / length;
                    products[t] = own;
                    differences[t] = tokens.special()[t] ? 0 : own - blank;
                }
                assertArrayEquals(products, gradient.scores(), 1e-7); // 1/T is rounded
                assertArrayEquals(differences, integrated.scores(), 1e-7);
                assertEquals(0, integrated.gap().getAsDouble(), 1e-6);
                assertEquals(
                        new AttributionTarget(1, "yes", -1, gradient.target().value()),
                        gradient.target());
                assertEquals(OptionalDouble.empty(), gradient.gap());
            }
        }
    }

    /** The whole product of all heads' means, computed here from what an observer is told. */
    @ParameterizedTest
    @CsvSource({
        "TEXT_CLASSIFICATION, tasks/bert_classify, This movie was great.,, 0",
        "FILL_MASK, tasks/roberta_fill_mask, The old doctor lives in <mask>.,, -1",
        "TEXT_GENERATION, generation/texts/gpt2_text, The cat sat,, -2",
        "TRANSLATION, generation/texts/marian_text, The cat sat on the mat., le chat, -1"
    })
    void rolloutFollowsTheWeightsThatAnObserverIsTold(
            Task task, String folder, String text, String second, int row) throws IOException {
        try (TaskModel model = load(task, folder);
                NDManager manager = model.model().manager().newSubManager()) {
            boolean both = task == Task.TRANSLATION;
            for (Attribution each :
                    attributions(model, AttributionMethod.ROLLOUT, 1, text, second)) {
                ModelObserver observer = new ModelObserver();
                Map<String, NDArray> inputs = inputs(model, manager, each.tokens());
                if (both) {
                    long[] labels = labels(model, second);
                    inputs.put(
                            "decoder_input_ids",
                            ((EncoderDecoder) model.model().model())
                                    .decoderInputs(
                                            HostArrays.of(
                                                    manager, labels, new Shape(1, labels.length))));
                }
                model.model().run(new ModelInputs(inputs, observer));
                Map<String, NDArray> told = observer.arrays();
                int length = each.tokens().length();
                NDArray product = manager.eye(length);
                String names = both ? "encoder_attentions." : "attentions.";
                for (int layer = 0; told.containsKey(names + layer); layer++) {
                    NDArray mean = told.get(names + layer).mean(new int[] {1}).squeeze(0);
                    product = mean.add(manager.eye(length)).matMul(product).div(2);
                }
                int position = each.target().position();
                if (both) {
                    int last = 0;
                    while (told.containsKey("cross_attentions." + (last + 1))) {
                        last++;
                    }
                    NDArray mean =
                            told.get("cross_attentions." + last).mean(new int[] {1}).squeeze(0);
                    product = mean.matMul(product);
                } else {
                    position = row == 0 ? 0 : row == -1 ? position : length - 1;
                }
                float[] expected = product.get("{}", position).toFloatArray();
                double sum = 0;
                for (int t = 0; t < length; t++) {
                    assertEquals(expected[t], each.scores()[t], 1e-5); // float32 against float64
                    sum += each.scores()[t];
                }
                assertEquals(1, sum, 1e-5);
            }
        }
    }

    @Test
    void everyMaskAndEveryWrittenTokenHasItsOwn() throws IOException {
        try (TaskModel model = load(Task.FILL_MASK, "tasks/bert_fill_mask")) {
            String text = "She [MASK] the company to [MASK] for two million.";
            List<Attribution> masks =
                    new Attributor(model, AttributionMethod.GRADIENT)
                            .attribute(TextPair.of(text), "red");
            assertEquals(2, masks.size());
            for (Attribution mask : masks) {
                assertEquals("[MASK]", mask.tokens().tokens()[mask.target().position()]);
                assertEquals("red", mask.target().name());
            }
        }
        try (TaskModel model = load(Task.TRANSLATION, "generation/texts/marian_text")) {
            Attributor attributor = new Attributor(model, AttributionMethod.GRADIENT);
            String source = "Where is the little dog?";
            List<String> written =
                    attributor.attribute(TextPair.of(source), null).stream()
                            .map(each -> each.target().name())
                            .toList();
            // what the reference writes for this source, and its end
            assertEquals(
                    "où est le chien ?",
                    model.tokenizer().join(written.subList(0, written.size() - 1)).strip());
            assertEquals("</s>", written.get(written.size() - 1));
            Attribution first = attributor.attribute(TextPair.of(source), written.get(1)).get(0);
            assertEquals(0, first.target().position());
            assertEquals(written.get(1), first.target().name());
        }
    }

    private static void refused(
            String part, AttributionMethod method, TaskModel model, TextPair text, String target) {
        IllegalArgumentException e =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> new Attributor(model, method).attribute(text, target));
        assertTrue(e.getMessage().contains(part), e.getMessage());
    }

    @Test
    void whatCannotBeAttributedIsRefusedInASentence() throws IOException {
        AttributionMethod gradient = AttributionMethod.GRADIENT;
        try (TaskModel model = load(Task.TEXT_CLASSIFICATION, "tasks/bert_classify")) {
            TextPair text = TextPair.of("great");
            refused("one of the classes [contradiction, neutral", gradient, model, text, "good");
            refused("one of the classes", gradient, model, text, "3");
            refused("positions for 64", gradient, model, TextPair.of("great ".repeat(80)), null);
            assertThrows(IllegalArgumentException.class, () -> new Attributor(model, gradient, 0));
            assertThrows(
                    IllegalArgumentException.class,
                    () -> new Attributor(model, gradient).attributeWritten("a", "b"));
        }
        try (TaskModel model = load(Task.FILL_MASK, "tasks/bert_fill_mask")) {
            refused("no [MASK]", gradient, model, TextPair.of("no mask"), null);
            refused("must be one token", gradient, model, TextPair.of("a [MASK]"), "red doctor");
        }
        try (TaskModel model = load(Task.TEXT_GENERATION, "generation/texts/gpt2_text")) {
            refused("no pair", gradient, model, new TextPair("a", "b"), null);
            refused("no tokens", gradient, model, TextPair.of(""), null);
        }
        try (TaskModel model = load(Task.TEXT_CLASSIFICATION, "tasks/bart_classify")) {
            refused("takes no word embeddings", gradient, model, TextPair.of("a"), null);
        }
        try (TaskModel model = load(Task.TOKEN_CLASSIFICATION, "tasks/bert_tag")) {
            refused("predicts none of these", gradient, model, TextPair.of("a"), null);
        }
    }

    @Test
    void methodsAreFoundByName() {
        for (AttributionMethod method : AttributionMethod.values()) {
            assertEquals(method, AttributionMethod.of(method.toString()));
        }
        IllegalArgumentException e =
                assertThrows(IllegalArgumentException.class, () -> AttributionMethod.of("lime"));
        assertTrue(e.getMessage().contains("rollout"), e.getMessage());
    }
}
