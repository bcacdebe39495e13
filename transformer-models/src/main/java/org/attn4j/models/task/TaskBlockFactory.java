package org.attn4j.models.task;

import ai.djl.Application;
import ai.djl.Model;
import ai.djl.nn.Block;
import ai.djl.nn.BlockFactory;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.UUID;
import org.attn4j.models.checkpoint.ModelDirectory;
import org.attn4j.models.model.Pretrained;

/**
 * Loads a published model for DJL. In {@code serving.properties} of a model's folder:
 *
 * <pre>
 * engine=PyTorch
 * blockFactory=org.attn4j.models.task.TaskBlockFactory
 * translatorFactory=org.attn4j.models.task.TaskTranslatorFactory
 * option.hasParameter=false
 * </pre>
 *
 * <p>The argument {@code task}, or else the criteria's application, says what the model is for;
 * without either, its configuration does. The argument {@code allowUnknownSettings=true} is {@link
 * Pretrained.Loader#optAllowUnknownSettings}.
 */
public final class TaskBlockFactory implements BlockFactory {

    /** The argument that names the task. */
    public static final String TASK = "task";

    /** The argument that, if true, passes over settings that are not known here. */
    public static final String ALLOW_UNKNOWN_SETTINGS = "allowUnknownSettings";

    private static final long serialVersionUID = 1L;

    /** Creates a factory; called by DJL. */
    public TaskBlockFactory() {}

    @Override
    public Block newBlock(Model model, Path folder, Map<String, ?> arguments) throws IOException {
        Pretrained.Loader loader =
                Pretrained.loader()
                        .optManager(model.getNDManager())
                        .optAllowUnknownSettings(
                                new TaskArguments(arguments).flag(ALLOW_UNKNOWN_SETTINGS, false));
        TaskModel loaded = TaskModel.load(task(folder, arguments), folder, loader);
        model.getNDManager().attachInternal(UUID.randomUUID().toString(), loaded.tokenizer());
        return new TaskBlock(loaded);
    }

    private static Task task(Path folder, Map<String, ?> arguments) throws IOException {
        Task asked = asked(arguments);
        return asked == null ? Task.of(ModelDirectory.open(folder).config()) : asked;
    }

    /** The task that arguments name; null if they name none. */
    static Task asked(Map<String, ?> arguments) {
        Object named = arguments.get(TASK);
        if (named != null) {
            return Task.of(named.toString());
        }
        Object application = arguments.get("application");
        if (application == null) {
            return null;
        }
        String path = Application.of(application.toString()).getPath();
        return path.equals(Application.NLP.ANY.getPath())
                        || path.equals(Application.UNDEFINED.getPath())
                ? null
                : Task.of(path);
    }
}
