package org.attn4j.cli.tools;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.attn4j.cli.io.ByteSize;
import org.attn4j.cli.io.ExitCode;
import org.attn4j.cli.io.Json;
import org.attn4j.cli.io.Progress;
import org.attn4j.cli.option.CommonOptions;
import org.attn4j.cli.option.NamedModel;
import org.attn4j.models.checkpoint.SafetensorsWriter;
import org.attn4j.models.checkpoint.TensorType;
import org.attn4j.models.model.ModelConversion;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code convert}: a model in another type, or in files of another size. */
@Command(
        name = "convert",
        description = {
            "Writes a model with its floats in another type, or in files no larger than asked.",
            "Tokenizer and settings come along. No model is too large: tensors go from file to file."
        })
public final class ConvertCommand implements Callable<Integer> {

    /** The float types, by their names in Python. */
    private enum Type {
        float64(TensorType.F64),
        float32(TensorType.F32),
        float16(TensorType.F16),
        bfloat16(TensorType.BF16);

        private final TensorType stored;

        Type(TensorType stored) {
            this.stored = stored;
        }
    }

    @Mixin private CommonOptions common;

    @Mixin private NamedModel model;

    @Option(
            names = "--out",
            required = true,
            paramLabel = "DIR",
            description = "The folder to make.")
    private Path out;

    @Option(
            names = "--dtype",
            paramLabel = "TYPE",
            description =
                    "float32, float16, bfloat16 or float64: the type of all floats (default: each as"
                            + " it is).")
    private Type dtype;

    @Option(
            names = "--shard-size",
            paramLabel = "SIZE",
            converter = ByteSize.class,
            description = "The most of weights in one file, such as 2GB or 500MB (default: 5GB).")
    private Long shardSize;

    @Option(names = "--json", description = "Prints one JSON document.")
    private boolean json;

    @Spec private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        PrintWriter err = spec.commandLine().getErr();
        ModelConversion.Result result;
        try (Progress progress = Progress.ofBytes(err)) {
            ModelConversion conversion =
                    ModelConversion.builder()
                            .optType(dtype == null ? null : dtype.stored)
                            .optShardBytes(
                                    shardSize == null
                                            ? SafetensorsWriter.DEFAULT_SHARD_BYTES
                                            : shardSize)
                            .optProgress(progress)
                            .build();
            result = conversion.convert(model.folder(err), out);
        } catch (FileAlreadyExistsException e) {
            throw new IllegalArgumentException("--out " + e.getMessage(), e);
        }
        print(result);
        return ExitCode.DONE;
    }

    private void print(ModelConversion.Result result) {
        PrintWriter output = spec.commandLine().getOut();
        if (json) {
            output.println(Json.pretty(document(result)));
        } else {
            output.printf(
                    Locale.ROOT,
                    "%s: %,d tensors, %,d parameters, %,d bytes in %s %s (before: %,d bytes)%n",
                    out,
                    result.tensors(),
                    result.parameters(),
                    result.bytesAfter(),
                    result.files().size(),
                    result.files().size() == 1 ? "file" : "files",
                    result.bytesBefore());
        }
        List<String> overflowed = result.overflowed();
        if (!overflowed.isEmpty()) {
            spec.commandLine()
                    .getErr()
                    .printf(
                            "attn4j: numbers too large for %s are infinite now, in %s of the"
                                    + " tensors, %s first: use %s%n",
                            dtype,
                            overflowed.size(),
                            overflowed.get(0),
                            dtype == Type.float16 ? "bfloat16 or float32" : "float32");
        }
    }

    private Map<String, Object> document(ModelConversion.Result result) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("folder", out.toString());
        document.put("dtype", dtype == null ? null : dtype.name());
        document.put("tensors", result.tensors());
        document.put("parameters", result.parameters());
        document.put("bytes", result.bytesAfter());
        document.put("bytes_before", result.bytesBefore());
        document.put("files", result.files());
        document.put("overflowed", result.overflowed());
        return document;
    }
}
