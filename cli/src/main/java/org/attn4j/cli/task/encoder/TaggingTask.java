package org.attn4j.cli.task.encoder;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.training.loss.Loss;
import ai.djl.util.Progress;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.attn4j.cli.report.Section;
import org.attn4j.cli.task.EvaluationRequest;
import org.attn4j.cli.task.InParts;
import org.attn4j.cli.task.PreparedRun;
import org.attn4j.cli.task.RunContext;
import org.attn4j.cli.task.TaskEvaluation;
import org.attn4j.cli.task.TrainingSamples;
import org.attn4j.cli.task.TrainingSamples.Sample;
import org.attn4j.cli.task.TrainingTask;
import org.attn4j.cli.task.encoder.TaggingConfig.Data;
import org.attn4j.cli.task.encoder.TaggingConfig.Subwords;
import org.attn4j.common.Require;
import org.attn4j.datasets.BatchingConfig;
import org.attn4j.datasets.ConllFile;
import org.attn4j.datasets.CorpusException;
import org.attn4j.datasets.LineLimit;
import org.attn4j.datasets.TaggedSentence;
import org.attn4j.models.metric.EntityScore;
import org.attn4j.models.metric.PrecisionRecall;
import org.attn4j.models.metric.TagScheme;
import org.attn4j.models.model.head.Losses;
import org.attn4j.models.task.Task;
import org.attn4j.models.task.TaskModel;
import org.attn4j.models.task.TokenTagger;
import org.attn4j.models.tokenizer.EncodeOptions;
import org.attn4j.models.tokenizer.TokenizedText;
import org.attn4j.models.training.LabelSmoothedCrossEntropy;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tags of words, such as the names of people and places: an encoder with the head of its family,
 * measured by the share of words with the right tag and by the F1 of entities.
 */
public final class TaggingTask implements TrainingTask<TaggingConfig> {

    private static final Logger logger = LoggerFactory.getLogger(TaggingTask.class);
    private static final int TOGETHER = 256;

    @Override
    public String name() {
        return "tagging";
    }

    @Override
    public TaggingConfig bind(Map<String, Object> tree, String file) {
        return TaggingConfig.bind(tree, file);
    }

    @Override
    public void checkData(TaggingConfig config) throws IOException {
        Data data = config.data();
        read(data, "train", data.train());
        read(data, "valid", data.valid());
        read(data, "test", data.test());
    }

    private static List<TaggedSentence> read(Data data, String split, String name)
            throws IOException {
        return new ConllFile(
                        HeadRun.file(data.folder(), split, name),
                        data.wordColumn(),
                        data.tagColumn(),
                        data.comment(),
                        LineLimit.DEFAULT)
                .readAll();
    }

    @Override
    public PreparedRun prepare(TaggingConfig config, RunContext context) throws IOException {
        Data data = config.data();
        List<TaggedSentence> train = read(data, "train", data.train());
        Labels labels =
                Labels.of(
                        data.labels(),
                        List.of(),
                        train.stream().flatMap(sentence -> sentence.tags().stream()).toList());
        Require.that(
                labels.size() >= 2,
                "tagging needs two tags at least, and the training data have %s",
                labels.written());
        return new HeadRun(config, config.model(), config.batching(), data)
                .prepare(
                        context,
                        "ForTokenClassification",
                        labels::into,
                        new Parts(config, labels, train, read(data, "valid", data.valid())));
    }

    private record Parts(
            TaggingConfig config,
            Labels labels,
            List<TaggedSentence> train,
            List<TaggedSentence> valid)
            implements HeadRun.Parts {

        @Override
        public List<String> outputs() {
            return List.of("logits");
        }

        @Override
        public Loss loss() {
            return new LabelSmoothedCrossEntropy(
                    (float) config.training().labelSmoothing(), Losses.IGNORED);
        }

        @Override
        public NDList labels(NDManager manager, List<Example> examples, int length) {
            return new NDList(HeadRun.tokenClasses(manager, examples, length));
        }

        @Override
        public List<Example> examples(TaskModel model, boolean training) throws IOException {
            BatchingConfig batching = config.batching();
            int most = batching.maxLength();
            boolean truncates = batching.overlong() == BatchingConfig.Overlong.TRUNCATE;
            List<Example> examples = new ArrayList<>();
            int overlong = 0;
            int bare = 0;
            for (TaggedSentence sentence : training ? train : valid) {
                TokenizedText row =
                        model.tokenizer().encodeWords(sentence.words(), EncodeOptions.DEFAULT);
                boolean tooLong = row.length() > most;
                if (tooLong) {
                    overlong++;
                    row = model.tokenizer().encodeWords(sentence.words(), EncodeOptions.upTo(most));
                }
                long[] classes = classes(sentence, row);
                if (Arrays.stream(classes).allMatch(it -> it == Losses.IGNORED)) {
                    bare++;
                } else if (!tooLong || truncates || !training) {
                    examples.add(Example.of(row, classes));
                }
            }
            logger.info(
                    "{} data: {} sentences, of which {} have over {} tokens and were {}, and {}"
                            + " have no token and were left out",
                    training ? "training" : "validation",
                    (training ? train : valid).size(),
                    overlong,
                    most,
                    truncates || !training ? "cut" : "left out",
                    bare);
            return examples;
        }

        /** The class of each token: of its word, at the first token or at all; else none. */
        private long[] classes(TaggedSentence sentence, TokenizedText row) throws CorpusException {
            long[] classes = new long[row.length()];
            boolean all = config.data().subwords() == Subwords.ALL;
            int before = -1;
            for (int i = 0; i < classes.length; i++) {
                int word = row.wordIds()[i];
                boolean counts = word >= 0 && (all || word != before);
                classes[i] =
                        counts
                                ? labels.index(sentence.tags().get(word), sentence.place())
                                : Losses.IGNORED;
                before = word >= 0 ? word : before;
            }
            return classes;
        }

        @Override
        public Measured measure(TaskModel model) throws IOException {
            return TaggingTask.measure(config.data(), labels, model, valid, null);
        }

        @Override
        public List<Sample> samples(List<String> outputs) {
            return TaggingTask.samples(TrainingSamples.first(valid), outputs);
        }
    }

    @Override
    public TaskEvaluation evaluate(TaggingConfig config, EvaluationRequest request)
            throws IOException {
        Data data = config.data();
        String split = request.part("test", "valid");
        String name = request.part(data.test(), data.valid());
        List<TaggedSentence> sentences = request.some(read(data, split, name));
        return measured(data, request, sentences)
                .evaluation(
                        HeadRun.file(data.folder(), split, name).toString(),
                        sentences.size(),
                        request.metrics());
    }

    private static Measured measured(
            Data data, EvaluationRequest request, List<TaggedSentence> sentences)
            throws IOException {
        return HeadRun.measured(
                Task.TOKEN_CLASSIFICATION,
                request,
                sentences,
                (model, all, progress) ->
                        measure(
                                data,
                                Labels.ofModel(model.labels(), data.labels()),
                                model,
                                all,
                                progress));
    }

    @Override
    public List<Section> sections(TaggingConfig config, EvaluationRequest request)
            throws IOException {
        Data data = config.data();
        List<TaggedSentence> some = HeadRun.first(HeadRun.SAMPLES, read(data, "test", data.test()));
        List<Sample> samples = samples(some, measured(data, request, some).outputs());
        return List.of(
                Section.Table.of(
                        "Sentences of the test data",
                        List.of("words", "tags", "model"),
                        samples.stream().map(Sample::row).toList()));
    }

    private static List<Sample> samples(List<TaggedSentence> sentences, List<String> tags) {
        List<Sample> samples = new ArrayList<>();
        for (int i = 0; i < sentences.size(); i++) {
            samples.add(
                    new Sample(
                            String.join(" ", sentences.get(i).words()),
                            String.join(" ", sentences.get(i).tags()),
                            tags.get(i)));
        }
        return samples;
    }

    private static Measured measure(
            Data data,
            Labels labels,
            TaskModel model,
            List<TaggedSentence> sentences,
            Progress progress) {
        List<List<String>> right = sentences.stream().map(TaggedSentence::tags).toList();
        List<List<String>> chosen = tags(labels, model, sentences, progress);
        Measured measured =
                new Measured(chosen.stream().map(tags -> String.join(" ", tags)).toList());
        boolean marksEntities =
                labels.written().stream().allMatch(TagScheme::isTag)
                        && right.stream().flatMap(List::stream).allMatch(TagScheme::isTag);
        EntityScore score =
                EntityScore.of(
                        marksEntities ? right : whole(right),
                        marksEntities ? chosen : whole(chosen),
                        marksEntities ? data.scheme() : TagScheme.CONLLEVAL);
        if (marksEntities) {
            PrecisionRecall overall = score.overall();
            measured.score("f1", 100 * overall.f1());
            measured.score("precision", 100 * overall.precision());
            measured.score("recall", 100 * overall.recall());
        }
        measured.score("accuracy", 100 * score.accuracy());
        ClassificationTask.addClasses(measured, score.types());
        return measured;
    }

    /** Tags without a scheme, such as parts of speech, as entities of one word each. */
    private static List<List<String>> whole(List<List<String>> tags) {
        return tags.stream()
                .map(sentence -> sentence.stream().map(tag -> "S-" + tag).toList())
                .toList();
    }

    /** What the model tells of each word; of one that it has not read, that it is outside. */
    private static List<List<String>> tags(
            Labels labels, TaskModel model, List<TaggedSentence> sentences, Progress progress) {
        List<List<String>> words = sentences.stream().map(TaggedSentence::words).toList();
        TokenTagger tagger = new TokenTagger(model);
        List<List<String>> chosen = new ArrayList<>();
        int unread = 0;
        for (List<String> tags : InParts.map(words, TOGETHER, progress, tagger::tagWords)) {
            List<String> written = new ArrayList<>();
            for (String tag : tags) {
                unread += tag == null ? 1 : 0;
                written.add(
                        tag == null
                                ? TokenTagger.OUTSIDE
                                : labels.written().get(labels.names().indexOf(tag)));
            }
            chosen.add(written);
        }
        if (unread > 0) {
            logger.warn(
                    "{} words have no token or stand behind what the model reads of a sentence, and"
                            + " count as '{}'",
                    unread,
                    TokenTagger.OUTSIDE);
        }
        return chosen;
    }
}
