package org.attn4j.models.training;

import ai.djl.nn.Parameter;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.attn4j.common.Require;
import org.attn4j.models.checkpoint.BlockParameters;
import org.attn4j.models.model.PretrainedModel;

/**
 * The layers of a teacher that its student begins with, and all that is not in a layer: embeddings,
 * norms, head (Sanh et al. 2019, section 3, "Student initialization").
 */
public final class StudentLayers {

    private static final Pattern LAYER = Pattern.compile("(?<=^|\\.)layers\\.(\\d+)\\.");

    private StudentLayers() {}

    /**
     * Returns every other layer, the first among them.
     *
     * @param layers how many layers the teacher has
     * @return half of them, in order
     */
    public static List<Integer> everyOther(int layers) {
        return IntStream.range(0, layers).filter(layer -> layer % 2 == 0).boxed().toList();
    }

    /**
     * Counts the layers of a model that have weights of their own.
     *
     * @param model the model
     * @return how many
     */
    public static int count(PretrainedModel model) {
        TreeSet<String> numbers = new TreeSet<>();
        for (String path : BlockParameters.of(model).byPath().keySet()) {
            Matcher layer = LAYER.matcher(path);
            if (layer.find()) {
                numbers.add(layer.group(1));
            }
        }
        return numbers.size();
    }

    /**
     * Copies weights.
     *
     * @param teacher the teacher, with its weights
     * @param student a model of the same family and head, with as many layers as are chosen
     * @param layers the teacher's layer for each of the student's, from 0
     * @throws IllegalArgumentException if a layer does not exist, or the models differ in more than
     *     their layers
     */
    public static void copy(
            PretrainedModel teacher, PretrainedModel student, List<Integer> layers) {
        int has = count(teacher);
        Require.that(
                count(student) == layers.size()
                        && layers.stream().allMatch(layer -> layer >= 0 && layer < has),
                "the student's layers must be some of the teacher's %s, counted from 0, got %s",
                has,
                layers);
        Map<String, Parameter> from = BlockParameters.of(teacher).byPath();
        BlockParameters.of(student)
                .byPath()
                .forEach(
                        (path, parameter) -> {
                            Parameter source = from.get(pathInTeacher(path, layers));
                            Require.that(
                                    source != null
                                            && Arrays.equals(
                                                    source.getShape().getShape(),
                                                    parameter.getShape().getShape()),
                                    "student and teacher must differ in their layers alone, got"
                                            + " another %s",
                                    path);
                            source.getArray().copyTo(parameter.getArray());
                        });
    }

    private static String pathInTeacher(String path, List<Integer> layers) {
        Matcher layer = LAYER.matcher(path);
        return layer.replaceFirst(
                match -> "layers." + layers.get(Integer.parseInt(match.group(1))) + ".");
    }
}
