package org.attn4j.models.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.attn4j.attention.ops.Scalars;
import org.attn4j.common.Require;
import org.attn4j.models.adapter.Adapter;
import org.attn4j.models.checkpoint.AtomicDirectory;
import org.attn4j.models.checkpoint.ModelFiles;
import org.attn4j.models.checkpoint.SafetensorsWriter;
import org.attn4j.models.checkpoint.SentenceModule;
import org.attn4j.models.checkpoint.Sha256Sums;
import org.attn4j.models.checkpoint.TensorContent;
import org.attn4j.models.checkpoint.TensorSource;

/**
 * The mean of the weights of several model directories (Vaswani et al. 2017, section 6.1, averages
 * the last checkpoints).
 *
 * <p>All of them have to hold the same tensors. Floating-point tensors are averaged in double
 * precision; others have to be the same everywhere. Configuration and tokenizer are those of the
 * first directory.
 */
public final class CheckpointAverage {

    /** What a run goes on from, which is no part of its model. */
    private static final String STATE = "training_state";

    private CheckpointAverage() {}

    /**
     * Writes the mean of some models as a model directory.
     *
     * @param models the model directories, at least one
     * @param target the directory to write, whole or not at all
     * @param manager a manager of the engine to compute with
     * @throws IOException if a model cannot be read or the target not be written
     * @throws IllegalArgumentException if no model is given or the models differ in their tensors
     */
    public static void write(List<Path> models, Path target, NDManager manager) throws IOException {
        AtomicDirectory.write(target, aside -> writeTo(models, aside, manager));
    }

    /** Writes the mean into an empty directory. */
    static void writeTo(List<Path> models, Path directory, NDManager manager) throws IOException {
        Require.that(!models.isEmpty(), "averaging needs at least one checkpoint, got none");
        List<SentenceModule> modules = SentenceModule.read(ModelFiles.of(models.get(0)));
        boolean elsewhere = !modules.get(0).path().isEmpty();
        if (elsewhere) {
            copyOthers(models.get(0), directory);
        } else {
            writeFolder(models, directory, manager);
        }
        for (SentenceModule module : modules) {
            String path = module.path();
            if (!path.isEmpty() && Files.isDirectory(models.get(0).resolve(path))) {
                Path folder = Files.createDirectories(directory.resolve(path));
                List<Path> folders = models.stream().map(model -> model.resolve(path)).toList();
                if (ModelFiles.of(folders.get(0)).names().stream()
                        .anyMatch(CheckpointAverage::isWeights)) {
                    writeFolder(folders, folder, manager);
                } else {
                    copyOthers(folders.get(0), folder);
                }
            }
        }
    }

    private static boolean isWeights(String name) {
        return name.endsWith(".safetensors");
    }

    private static void writeFolder(List<Path> models, Path directory, NDManager manager)
            throws IOException {
        List<TensorSource> sources = new ArrayList<>();
        try (NDManager scratch = manager.newSubManager()) {
            for (Path model : models) {
                sources.add(open(model));
            }
            TensorSource first = sources.get(0);
            for (TensorSource other : sources.subList(1, sources.size())) {
                checkAlike(first, other);
            }
            List<TensorContent> contents = new ArrayList<>();
            for (String name : first.names()) {
                contents.add(mean(name, sources, scratch));
            }
            copyOthers(models.get(0), directory);
            for (String folder : folders(models.get(0))) {
                Path target = Files.createDirectory(directory.resolve(folder));
                List<Path> parts = models.stream().map(model -> model.resolve(folder)).toList();
                if (Files.exists(parts.get(0).resolve(SafetensorsWriter.MODEL_FILE))) {
                    writeTo(parts, target, manager);
                } else {
                    copyOthers(parts.get(0), target);
                }
            }
            SafetensorsWriter writer =
                    SafetensorsWriter.builder().optMetadata(first.metadata()).build();
            if (Adapter.isIn(models.get(0))) {
                writer.write(directory.resolve(Adapter.WEIGHTS), contents);
            } else {
                writer.writeModel(directory, contents);
            }
        } finally {
            for (TensorSource source : sources) {
                source.close();
            }
        }
    }

    /** The weights of a model, or of the adapter that a folder holds in their place. */
    private static TensorSource open(Path model) throws IOException {
        if (!Adapter.isIn(model)) {
            return TensorSource.open(model);
        }
        Sha256Sums.check(model, name -> name.equals(Adapter.WEIGHTS));
        return TensorSource.open(model.resolve(Adapter.WEIGHTS));
    }

    private static void checkAlike(TensorSource first, TensorSource other) {
        if (!first.names().equals(other.names())) {
            throw new IllegalArgumentException(
                    ("only checkpoints of one model can be averaged: %s and %s"
                                    + " hold tensors of different names, such as %s")
                            .formatted(first.path(), other.path(), difference(first, other)));
        }
        for (String name : first.names()) {
            if (!first.info(name).shape().equals(other.info(name).shape())
                    || first.info(name).type() != other.info(name).type()) {
                throw new IllegalArgumentException(
                        ("only checkpoints of one model can be averaged: tensor"
                                        + " %s is %s%s in %s and %s%s in %s")
                                .formatted(
                                        name,
                                        first.info(name).type(),
                                        first.info(name).shape(),
                                        first.path(),
                                        other.info(name).type(),
                                        other.info(name).shape(),
                                        other.path()));
            }
        }
    }

    private static String difference(TensorSource first, TensorSource other) {
        return Stream.concat(first.names().stream(), other.names().stream())
                .filter(name -> !first.names().contains(name) || !other.names().contains(name))
                .findFirst()
                .orElseThrow();
    }

    private static TensorContent mean(String name, List<TensorSource> sources, NDManager scratch)
            throws IOException {
        TensorSource first = sources.get(0);
        TensorContent own = first.content(name);
        if (sources.size() == 1
                || !own.type().isReadable()
                || !own.type().dataType().isFloating()) {
            return own;
        }
        NDArray mean;
        try (NDManager passing = scratch.newSubManager()) {
            NDArray sum = null;
            for (TensorSource source : sources) {
                NDArray value = source.read(name, passing, DataType.FLOAT64);
                sum = sum == null ? value : sum.add(value);
            }
            mean = Scalars.divide(sum, sources.size()).toType(own.type().dataType(), false);
            mean.attach(scratch);
        }
        return TensorContent.of(name, mean, own.type());
    }

    /** The folders of modules beside the model's own files, such as those of a sentence model. */
    private static List<String> folders(Path model) throws IOException {
        try (Stream<Path> entries = Files.list(model)) {
            return entries.filter(Files::isDirectory)
                    .map(folder -> folder.getFileName().toString())
                    .filter(name -> !name.equals(STATE))
                    .toList();
        }
    }

    private static void copyOthers(Path model, Path directory) throws IOException {
        ModelFiles files = ModelFiles.of(model);
        for (String name : files.names()) {
            boolean weights = isWeights(name) || name.endsWith(".safetensors.index.json");
            if (!name.contains("/") && !weights) {
                files.copy(name, directory.resolve(name));
            }
        }
    }
}
