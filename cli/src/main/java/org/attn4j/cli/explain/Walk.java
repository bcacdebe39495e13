package org.attn4j.cli.explain;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.attn4j.cli.report.NumberTable;
import org.attn4j.cli.report.Section;
import org.attn4j.models.checkpoint.BlockParameters;

/** Makes a step of everything that a block told, with the weights that it was computed with. */
final class Walk {

    private final LessonText lesson;
    private final Map<String, Parameter> parameters;
    private final Set<String> shown = new HashSet<>(); // paths of parameters

    Walk(LessonText lesson, Block block) {
        this.lesson = lesson;
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
                before.add(told);
                steps.add(step(told, labels));
            }
        }
        return steps;
    }

    private Section.Worked step(Recording.Told told, Labels all) {
        Labels labels = number(told.site()) < 0 ? all : all.ofQuery(number(told.site()));
        StageText text = text(told);
        List<NumberTable> tables = new ArrayList<>();
        text.parameters().forEach((path, symbol) -> addParameter(tables, path, symbol));
        List<String> sentences = new ArrayList<>(List.of(text.text()));
        boolean byQuery = "query".equals(text.tables());
        int count = byQuery ? 1 : told.count();
        if (byQuery && told.count() > 1) {
            sentences.add(
                    "Shown for the first of the %s; the others are worked in the same way."
                            .formatted(told.count()));
        }
        for (int i = 0; i < count; i++) {
            String part =
                    byQuery
                            ? " for " + labels.of("query", told.count()).get(0)
                            : part(told, text, i);
            String caption = text.symbol() + (told.count() == 1 ? "" : part);
            tables.add(table(caption, told.matrix(i), text, labels));
        }
        String equation = text.equation() == null ? "" : text.equation();
        return new Section.Worked(title(told.site(), text), sentences, equation, tables);
    }

    private static String part(Recording.Told told, StageText text, int index) {
        if (text.tables() == null) {
            return ", head %s".formatted(index + 1);
        }
        int heads = told.shape().dimension() < 4 ? 1 : Math.toIntExact(told.shape().get(1));
        String part = ", %s %s".formatted(text.tables(), index / heads + 1);
        return heads == 1 ? part : part + ", head %s".formatted(index % heads + 1);
    }

    /** A site such as {@code hops.0} is the first of its kind. */
    private String title(String site, StageText text) {
        if (number(site) < 0) {
            return text.title();
        }
        StageText kind = lesson.stages().get(kind(site));
        return "%s %s: %s".formatted(kind.title(), number(site) + 1, text.title());
    }

    /** The number behind the last dot of a site, from 0; −1 for none. */
    private static int number(String site) {
        int dot = site.lastIndexOf('.');
        return dot < 0 ? -1 : Integer.parseInt(site.substring(dot + 1));
    }

    private static String kind(String site) {
        int dot = site.lastIndexOf('.');
        return dot < 0 ? site : site.substring(0, dot);
    }

    private StageText text(Recording.Told told) {
        StageText general = lesson.stages().get(told.stage());
        StageText own = lesson.stages().get(kind(told.site()) + "/" + told.stage());
        if (own == null && general == null) {
            throw new IllegalStateException(
                    "the lesson %s has no text for %s/%s"
                            .formatted(lesson.name(), told.site(), told.stage()));
        }
        if (own == null) {
            return general.over(StageText.NOTHING);
        }
        return own.over(general == null ? StageText.NOTHING : general);
    }

    private void addParameter(List<NumberTable> tables, String path, String symbol) {
        Parameter parameter = parameters.get(path);
        if (parameter == null || !shown.add(path)) {
            return; // an option leaves it out, or it is known
        }
        NDArray array = parameter.getArray();
        int dimension = array.getShape().dimension();
        boolean linear = dimension == 2 && path.endsWith("weight");
        Recording.Told told = Recording.Told.of("", path, linear ? array.transpose() : array);
        for (int i = 0; i < told.count(); i++) {
            float[][] matrix = told.matrix(i);
            String caption = told.count() == 1 ? symbol : "%s, head %s".formatted(symbol, i + 1);
            tables.add(
                    NumberTable.of(
                            caption,
                            dimension == 1 ? List.of(symbol) : Labels.numbered("", matrix.length),
                            Labels.numbered("", matrix[0].length),
                            matrix));
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
