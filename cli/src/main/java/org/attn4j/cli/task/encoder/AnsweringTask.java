package org.attn4j.cli.task.encoder;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.training.loss.Loss;
import ai.djl.util.Progress;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.attn4j.cli.report.Section;
import org.attn4j.cli.task.EvaluationRequest;
import org.attn4j.cli.task.InParts;
import org.attn4j.cli.task.PreparedRun;
import org.attn4j.cli.task.RunContext;
import org.attn4j.cli.task.TaskEvaluation;
import org.attn4j.cli.task.TrainingSamples;
import org.attn4j.cli.task.TrainingSamples.Sample;
import org.attn4j.cli.task.TrainingTask;
import org.attn4j.cli.task.encoder.AnsweringConfig.Data;
import org.attn4j.common.Require;
import org.attn4j.datasets.AnsweredQuestion;
import org.attn4j.datasets.CorpusException;
import org.attn4j.datasets.QuestionFile;
import org.attn4j.models.metric.AnswerScore;
import org.attn4j.models.task.AnswerOptions;
import org.attn4j.models.task.AnswerWindows;
import org.attn4j.models.task.QuestionAnswerer;
import org.attn4j.models.task.Task;
import org.attn4j.models.task.TaskModel;
import org.attn4j.models.tokenizer.TokenizedText;
import org.attn4j.models.training.HeadLoss;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers that stand in a text (Devlin et al. 2019, §4.2 and §4.3): an encoder with the head of its
 * family, measured by SQuAD's exact match and F1.
 */
public final class AnsweringTask implements TrainingTask<AnsweringConfig> {

    private static final Logger logger = LoggerFactory.getLogger(AnsweringTask.class);

    @Override
    public String name() {
        return "question-answering";
    }

    @Override
    public AnsweringConfig bind(Map<String, Object> tree, String file) {
        return AnsweringConfig.bind(tree, file);
    }

    @Override
    public void checkData(AnsweringConfig config) throws IOException {
        Data data = config.data();
        read(data, "train", data.train(), data.trainPart());
        read(data, "valid", data.valid(), data.validPart());
        read(data, "test", data.test(), data.testPart());
    }

    private static List<AnsweredQuestion> read(Data data, String split, String name, String part)
            throws IOException {
        Path file = HeadRun.file(data.folder(), split, name);
        List<AnsweredQuestion> questions =
                data.passages().isEmpty()
                        ? QuestionFile.of(file).readAll()
                        : QuestionFile.of(file, Path.of(data.folder()).resolve(data.passages()))
                                .readAll();
        for (AnsweredQuestion question : questions) {
            if (question.answers().isEmpty() && !data.impossible()) {
                throw new CorpusException(
                        "%s has no answer: set data.impossible: true for texts that need not have"
                                        .formatted(question.place())
                                + " one, as in SQuAD 2.0");
            }
        }
        return part.isEmpty() ? questions : part(questions, part);
    }

    /** The questions of a part of the texts. */
    private static List<AnsweredQuestion> part(List<AnsweredQuestion> questions, String part)
            throws CorpusException {
        List<String> texts = questions.stream().map(AnsweredQuestion::context).distinct().toList();
        String[] numbers = part.split("/");
        long number = Long.parseLong(numbers[0]);
        long of = Long.parseLong(numbers[1]);
        List<String> own =
                texts.subList(
                        (int) (texts.size() * (number - 1) / of),
                        (int) (texts.size() * number / of));
        Set<String> chosen = new HashSet<>(own);
        List<AnsweredQuestion> some =
                questions.stream().filter(it -> chosen.contains(it.context())).toList();
        if (some.isEmpty()) {
            throw new CorpusException(
                    "the part %s of %s texts is empty: take a larger one"
                            .formatted(part, texts.size()));
        }
        return some;
    }

    @Override
    public String lossUnit(AnsweringConfig config) {
        return "nats per end of an answer";
    }

    @Override
    public PreparedRun prepare(AnsweringConfig config, RunContext context) throws IOException {
        Data data = config.data();
        return new HeadRun(config, config.model(), config.batching(), data)
                .prepare(
                        context,
                        "ForQuestionAnswering",
                        json -> json,
                        new Parts(
                                config,
                                read(data, "train", data.train(), data.trainPart()),
                                read(data, "valid", data.valid(), data.validPart())));
    }

    private record Parts(
            AnsweringConfig config, List<AnsweredQuestion> train, List<AnsweredQuestion> valid)
            implements HeadRun.Parts {

        @Override
        public List<String> outputs() {
            return List.of("start_logits", "end_logits");
        }

        @Override
        public Loss loss() {
            Require.that(
                    config.training().labelSmoothing() == 0,
                    "training.labelSmoothing must be 0 for question-answering, got %s",
                    config.training().labelSmoothing());
            return HeadLoss.span();
        }

        @Override
        public NDList labels(NDManager manager, List<Example> examples, int length) {
            return new NDList(
                    HeadRun.classes(manager, examples, 0), HeadRun.classes(manager, examples, 1));
        }

        @Override
        public List<Example> examples(TaskModel model, boolean training) throws IOException {
            AnswerWindows windows = new AnswerWindows(model.tokenizer());
            List<Example> examples = new ArrayList<>();
            int without = 0;
            for (AnsweredQuestion question : training ? train : valid) {
                for (TokenizedText window : windows(windows, question)) {
                    AnswerWindows.Positions none = windows.nowhere(window);
                    AnswerWindows.Positions found = none;
                    if (!question.answers().isEmpty()) {
                        AnsweredQuestion.Span answer = question.answers().get(0);
                        found = windows.positions(window, answer.start(), answer.end());
                    }
                    without += found.equals(none) ? 1 : 0;
                    examples.add(Example.of(window, found.start(), found.end()));
                }
            }
            logger.info(
                    "{} data: {} questions in {} windows, {} of them without an answer",
                    training ? "training" : "validation",
                    (training ? train : valid).size(),
                    examples.size(),
                    without);
            return examples;
        }

        private List<TokenizedText> windows(AnswerWindows windows, AnsweredQuestion question)
                throws CorpusException {
            try {
                return windows.of(
                        question.question(),
                        question.context(),
                        config.batching().maxLength(),
                        config.data().stride());
            } catch (IllegalArgumentException e) {
                throw refused(question, e);
            }
        }

        @Override
        public Measured measure(TaskModel model) throws IOException {
            return AnsweringTask.measure(config, model, valid, null);
        }

        @Override
        public List<Sample> samples(List<String> outputs) {
            return AnsweringTask.samples(TrainingSamples.first(valid), outputs);
        }
    }

    private static CorpusException refused(AnsweredQuestion question, Exception e) {
        return new CorpusException(
                "%s cannot be asked: %s; raise batching.maxLength or lower data.stride"
                        .formatted(question.place(), e.getMessage()),
                e);
    }

    @Override
    public TaskEvaluation evaluate(AnsweringConfig config, EvaluationRequest request)
            throws IOException {
        Data data = config.data();
        String split = request.part("test", "valid");
        String file = request.part(data.test(), data.valid());
        String part = request.part(data.testPart(), data.validPart());
        List<AnsweredQuestion> questions = request.some(read(data, split, file, part));
        String name = HeadRun.file(data.folder(), split, file).toString();
        return measured(config, request, questions)
                .evaluation(
                        part.isEmpty() ? name : name + ", part " + part,
                        questions.size(),
                        request.metrics());
    }

    private static Measured measured(
            AnsweringConfig config, EvaluationRequest request, List<AnsweredQuestion> questions)
            throws IOException {
        return HeadRun.measured(
                Task.QUESTION_ANSWERING,
                request,
                questions,
                (model, all, progress) -> measure(config, model, all, progress));
    }

    @Override
    public List<Section> sections(AnsweringConfig config, EvaluationRequest request)
            throws IOException {
        Data data = config.data();
        List<AnsweredQuestion> some =
                HeadRun.first(HeadRun.SAMPLES, read(data, "test", data.test(), data.testPart()));
        List<Sample> samples = samples(some, measured(config, request, some).outputs());
        return List.of(
                Section.Table.of(
                        "Questions of the test data",
                        List.of("question", "answers", "model"),
                        samples.stream().map(Sample::row).toList()));
    }

    private static List<Sample> samples(List<AnsweredQuestion> questions, List<String> answers) {
        List<Sample> samples = new ArrayList<>();
        for (int i = 0; i < questions.size(); i++) {
            AnsweredQuestion question = questions.get(i);
            List<String> right =
                    question.answers().stream().map(AnsweredQuestion.Span::text).toList();
            samples.add(new Sample(question.question(), String.join(" | ", right), answers.get(i)));
        }
        return samples;
    }

    private static Measured measure(
            AnsweringConfig config,
            TaskModel model,
            List<AnsweredQuestion> questions,
            Progress progress)
            throws IOException {
        QuestionAnswerer answerer = new QuestionAnswerer(model);
        AnswerOptions options =
                AnswerOptions.DEFAULT
                        .withMaxAnswerTokens(config.data().maxAnswerTokens())
                        .withParts(config.batching().maxLength(), config.data().stride())
                        .withImpossible(config.data().impossible());
        List<String> outputs =
                InParts.map(
                        questions,
                        1,
                        progress,
                        one -> List.of(answer(answerer, one.get(0), options)));
        AnswerScore answered = AnswerScore.NONE;
        AnswerScore unanswered = AnswerScore.NONE;
        for (int i = 0; i < outputs.size(); i++) {
            List<String> right =
                    questions.get(i).answers().stream().map(AnsweredQuestion.Span::text).toList();
            AnswerScore score = AnswerScore.of(outputs.get(i), right);
            if (right.isEmpty()) {
                unanswered = unanswered.plus(score);
            } else {
                answered = answered.plus(score);
            }
        }
        AnswerScore all = answered.plus(unanswered);
        Measured measured = new Measured(outputs);
        measured.score("exact", all.exactPercent()).score("f1", all.f1Percent());
        if (config.data().impossible()) {
            measured.score("has_answer_exact", answered.exactPercent())
                    .score("has_answer_f1", answered.f1Percent())
                    .score("no_answer_exact", unanswered.exactPercent());
        }
        return measured;
    }

    private static String answer(
            QuestionAnswerer answerer, AnsweredQuestion question, AnswerOptions options)
            throws CorpusException {
        try {
            return answerer.answer(question.question(), question.context(), options).get(0).text();
        } catch (IllegalArgumentException e) {
            throw refused(question, e);
        }
    }
}
