package org.attn4j.cli.explain;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.attn4j.attention.capture.Stages;
import org.attn4j.cli.report.NumberTable;
import org.attn4j.cli.report.Section;
import org.attn4j.models.checkpoint.BlockParameters;

/** Makes a step of everything that a block told, with the weights that it was computed with. */
final class Walk {

    /** Of more queries than these the first alone is worked, where each has a table. */
    private static final int MOST_QUERIES = 2;

    /** Parts of paths of weights that stand behind a row, (out, in) in memory. */
    private static final List<String> LINEAR = List.of("weight_ih", "weight_hh");

    private final LessonText lesson;
    private final Setting setting;
    private final Map<String, Parameter> parameters;
    private final Set<String> shown = new HashSet<>(); // paths of parameters

    Walk(LessonText lesson, Setting setting, Block block) {
        this.lesson = lesson;
        this.setting = setting;
        this.parameters = BlockParameters.of(block).byPath();
    }

    /**
     * The steps of some sites.
     *
     * @param recording what was told
     * @param sites which sites are worked through
     * @param labels the names of what was told there
     */
    List<Section.Worked> steps(Recording recording, Predicate<String> sites, Labels labels) {
        List<Section.Worked> steps = new ArrayList<>();
        List<Recording.Told> before = new ArrayList<>();
        for (Recording.Told told : recording.all()) {
            if (sites.test(told.site()) && before.stream().noneMatch(told::repeats)) {
                if (!leavesAll(told, before)) {
                    steps.add(step(told, labels));
                }
                before.add(told);
            }
        }
        return steps;
    }

    /**
     * Whether nothing new is in it: a mask that hides nothing, scores that a factor of 1 or such a
     * mask leaves as they were, an input that was an output before.
     */
    private static boolean leavesAll(Recording.Told told, List<Recording.Told> before) {
        return switch (told.stage()) {
            case Stages.MASK -> told.isZero();
            case Stages.SCALED_SCORES, Stages.MASKED_SCORES ->
                    before.stream()
                            .filter(other -> other.site().equals(told.site()))
                            .anyMatch(told::hasNumbersOf);
            case Stages.RECURRENT_INPUT -> before.stream().anyMatch(told::hasNumbersOf);
            default -> false;
        };
    }

    private Section.Worked step(Recording.Told told, Labels all) {
        Labels labels = told.number() < 0 ? all : all.ofQuery(told.number());
        StageText text = text(told);
        List<NumberTable> tables = new ArrayList<>();
        text.parameters().forEach((path, said) -> addParameter(tables, path, said, labels));
        List<String> sentences = new ArrayList<>(List.of(filled(text.text(), told)));
        boolean first = "query".equals(text.tables()) && told.count() > MOST_QUERIES;
        if (first) {
            sentences.add(
                    "Shown for the first of the %s; the others are worked in the same way."
                            .formatted(told.count()));
        }
        for (int i = 0; i < (first ? 1 : told.count()); i++) {
            String part = told.count() == 1 ? "" : part(told, text, labels, i);
            tables.add(table(text.symbol() + part, told.matrix(i), text, labels));
        }
        String equation = text.equation() == null ? "" : filled(text.equation(), told);
        return new Section.Worked(title(told, text), sentences, equation, tables);
    }

    private String filled(String text, Recording.Told told) {
        return setting.filled(text).replace("{columns}", "" + told.matrix(0)[0].length);
    }

    private static String part(Recording.Told told, StageText text, Labels labels, int index) {
        String kind = text.tables() == null ? "head" : text.tables();
        boolean ofHeads =
                told.shape().dimension() == 4 && !kind.equals("head") && !kind.equals("query");
        int heads = ofHeads ? Math.toIntExact(told.shape().get(1)) : 1;
        String part = ", " + labels.of(kind, told.count() / heads).get(index / heads);
        return heads == 1 ? part : part + ", head %s".formatted(index % heads + 1);
    }

    /** A site such as {@code hops.0} is the first of its kind. */
    private String title(Recording.Told told, StageText text) {
        if (told.number() < 0) {
            return text.title();
        }
        StageText kind = lesson.stages().get(told.kind());
        return "%s %s: %s".formatted(kind.title(), told.number() + 1, text.title());
    }

    /** What is said of a stage: at this site, else at sites of its kind, else anywhere. */
    private StageText text(Recording.Told told) {
        StageText text = StageText.NOTHING;
        boolean known = false;
        for (String key :
                List.of(
                        told.stage(),
                        told.kind() + "/" + told.stage(),
                        told.site() + "/" + told.stage())) {
            StageText own = lesson.stages().get(key);
            known |= own != null;
            text = own == null ? text : own.over(text);
        }
        if (!known) {
            throw new IllegalStateException(
                    "the lesson %s has no text for %s/%s"
                            .formatted(lesson.name(), told.site(), told.stage()));
        }
        return text.over(StageText.NOTHING);
    }

    private void addParameter(
            List<NumberTable> tables, String path, ParameterText text, Labels labels) {
        Parameter parameter = parameters.get(path);
        if (parameter == null || !shown.add(path)) {
            return; // an option leaves it out, or it is known
        }
        NDArray array = parameter.getArray();
        boolean linear = path.endsWith("weight") || LINEAR.stream().anyMatch(path::contains);
        boolean matrix = array.getShape().dimension() == 2;
        boolean row = Arrays.stream(array.getShape().getShape()).max().orElse(1) == array.size();
        NDArray shaped = linear && matrix ? array.transpose() : row ? array.flatten() : array;
        Recording.Told told = Recording.Told.of("", path, shaped);
        for (int i = 0; i < told.count(); i++) {
            float[][] values = told.matrix(i);
            String symbol = text.symbol();
            tables.add(
                    NumberTable.of(
                            told.count() == 1 ? symbol : "%s, head %s".formatted(symbol, i + 1),
                            shaped.getShape().dimension() < 2
                                    ? List.of(symbol)
                                    : labels.of(text.rows(), values.length),
                            values[0].length == 1
                                    ? List.of(symbol)
                                    : labels.of(text.columns(), values[0].length),
                            values));
        }
    }

    private static NumberTable table(
            String caption, float[][] matrix, StageText text, Labels labels) {
        return NumberTable.of(
                caption,
                labels.of(text.rows(), matrix.length),
                labels.of(text.columns(), matrix[0].length),
                matrix);
    }
}
