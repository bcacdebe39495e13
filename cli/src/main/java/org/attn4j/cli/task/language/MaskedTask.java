package org.attn4j.cli.task.language;

import ai.djl.Model;
import ai.djl.ndarray.types.Shape;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.attn4j.cli.report.Section;
import org.attn4j.cli.task.EvaluationRequest;
import org.attn4j.cli.task.ModelSection;
import org.attn4j.cli.task.PreparedRun;
import org.attn4j.cli.task.RunContext;
import org.attn4j.cli.task.TaskEvaluation;
import org.attn4j.cli.task.TrainingTask;
import org.attn4j.cli.task.language.TextData.Split;
import org.attn4j.common.Require;
import org.attn4j.datasets.BatchingConfig;
import org.attn4j.datasets.ExampleDataset;
import org.attn4j.datasets.MaskableText;
import org.attn4j.datasets.MaskedTexts;
import org.attn4j.models.metric.Perplexity;
import org.attn4j.models.model.LoadedModel;
import org.attn4j.models.model.head.Losses;
import org.attn4j.models.task.TaskModel;
import org.attn4j.models.tokenizer.ModelTokenizer;
import org.attn4j.models.tokenizer.SpecialTokens;
import org.attn4j.models.training.LabelSmoothedCrossEntropy;
import org.attn4j.models.training.LossValidator;
import org.attn4j.models.training.NamedBlock;
import org.attn4j.models.training.SequenceTrainer;

/**
 * Masked language models: encoders that guess hidden tokens, measured by how many they guess, and
 * by pseudo-perplexity.
 */
public final class MaskedTask implements TrainingTask<MaskedConfig> {

    private static final String ENDING = "ForMaskedLM";
    private static final String ACCURACY = "masked_accuracy";
    private static final String PSEUDO = "pseudo_perplexity";
    private static final List<String> METRICS = List.of("loss", ACCURACY, PSEUDO);

    @Override
    public String name() {
        return "masked-lm";
    }

    @Override
    public MaskedConfig bind(Map<String, Object> tree, String file) {
        return MaskedConfig.bind(tree, file);
    }

    @Override
    public void checkData(MaskedConfig config) throws IOException {
        config.data().check();
    }

    @Override
    public PreparedRun prepare(MaskedConfig config, RunContext context) throws IOException {
        RunTokenizer tokenizer =
                RunTokenizer.open(
                        config.tokenizer(),
                        config.model(),
                        context,
                        new RunTokenizer.Style(SpecialTokens.MASKED, true, true),
                        () -> config.data().texts(Split.TRAIN));
        Model holder = context.newModel(config);
        LoadedModel model = tokenizer.model(config.model(), context, holder.getNDManager(), ENDING);
        ModelSection.requirePositions(model, config.batching());
        MaskedExamples train = examples(config, Split.TRAIN, tokenizer);
        MaskedExamples valid = examples(config, Split.VALID, tokenizer);
        ExampleDataset<MaskableText> batches = train.masked(config.masking());
        SequenceTrainer trainer =
                context.trainer(
                        holder,
                        new NamedBlock(model.model(), MaskedTexts.INPUTS, List.of("logits")),
                        new LabelSmoothedCrossEntropy(
                                (float) config.training().labelSmoothing(), Losses.IGNORED),
                        config,
                        batches::batchCount,
                        RunTokenizer.modelSize(model));
        trainer.initialize(new Shape(1, 1));
        return new PreparedRun(
                trainer,
                batches::batches,
                model.exact(),
                new LossValidator(
                        valid.masked(config.masking())::batches, Losses.IGNORED, ACCURACY),
                Map.of(
                        "data", config.data().toString(),
                        "tokenizer", config.tokenizer().toString(),
                        "masking", config.masking().toString(),
                        "batching", config.batching().toString()),
                LanguageSamples.filling(config, new TaskModel(model, tokenizer.tokenizer())),
                List.of(holder, tokenizer));
    }

    private static MaskedExamples examples(MaskedConfig config, Split split, RunTokenizer tokenizer)
            throws IOException {
        BatchingConfig batching =
                config.batching().toBuilder()
                        .optSeed(config.seed())
                        .optShuffle(split == Split.TRAIN)
                        .build();
        return MaskedExamples.of(config.data(), split, batching, tokenizer);
    }

    @Override
    public List<Section> sections(MaskedConfig config, EvaluationRequest request)
            throws IOException {
        return LanguageSamples.filled(config, request);
    }

    @Override
    public TaskEvaluation evaluate(MaskedConfig config, EvaluationRequest request)
            throws IOException {
        List<String> asked = request.metrics().isEmpty() ? METRICS : request.metrics();
        for (String metric : asked) {
            Require.that(
                    METRICS.contains(metric),
                    "unknown metric '%s': use %s",
                    metric,
                    String.join(", ", METRICS));
        }
        try (LoadedModel model = request.loader().load(request.model());
                RunTokenizer tokenizer =
                        new RunTokenizer(ModelTokenizer.load(request.model()), List.of())) {
            ModelSection.requirePositions(model, config.batching());
            Split split = request.part(Split.TEST, Split.VALID);
            MaskedExamples test = examples(config, split, tokenizer).some(request);
            Map<String, Object> metrics = new LinkedHashMap<>();
            List<String> lines = new ArrayList<>();
            if (asked.contains("loss") || asked.contains(ACCURACY)) {
                LanguageScores scores = scores(model, test.masked(config.masking()), request);
                metrics.put("loss", scores.perplexity().toMap());
                metrics.put(
                        ACCURACY, Map.of("score", scores.accuracy(), "tokens", scores.tokens()));
                lines.add(scores.perplexity().formatWithSignature());
                lines.add(
                        String.format(
                                Locale.ROOT,
                                "masked accuracy = %.2f (%s tokens)",
                                scores.accuracy(),
                                scores.tokens()));
            }
            if (asked.contains(PSEUDO)) {
                Perplexity pseudo = scores(model, test.each(), request).perplexity();
                metrics.put(PSEUDO, pseudo.toMap());
                lines.add("pseudo-" + pseudo.formatWithSignature());
            }
            return new TaskEvaluation(
                    config.data().name(split), test.size(), List.of(), lines, metrics);
        }
    }

    private static LanguageScores scores(
            LoadedModel model, ExampleDataset<?> examples, EvaluationRequest request) {
        return LanguageScores.of(
                model, MaskedTexts.INPUTS, examples, request.begun(examples.size()));
    }
}
