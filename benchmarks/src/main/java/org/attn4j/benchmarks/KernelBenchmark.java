package org.attn4j.benchmarks;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.attn4j.attention.ops.AttentionRequest;
import org.attn4j.attention.ops.Kernels;
import org.attn4j.attention.ops.MaskArrays;
import org.attn4j.cli.io.Logging;
import org.attn4j.cli.option.EngineOptions;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** The kernels alone, under JMH: {@code java -cp … org.openjdk.jmh.Main KernelBenchmark}. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@org.openjdk.jmh.annotations.Measurement(iterations = 5, time = 1)
public class KernelBenchmark {

    /** Kernels on an engine that is loaded for the fork. */
    @State(Scope.Benchmark)
    public static class Engine {

        /** What computes; {@code fused} is what suits the machine. */
        @Param({"auto", "reference"})
        public String kernels;

        private NDManager manager;

        /** Loads the engine. */
        @Setup
        public void open() {
            Logging.configure(false);
            System.setProperty(Kernels.PROPERTY, kernels);
            manager = NDManager.newBaseManager(Device.cpu(), EngineOptions.PYTORCH);
        }

        /** Frees the arrays. */
        @TearDown
        public void close() {
            manager.close();
        }
    }

    /** A linear map. */
    @State(Scope.Benchmark)
    public static class LinearMap {

        /** Rows, features and outputs. */
        @Param({"16x384x384", "1024x512x512", "2048x256x1024"})
        public String shape;

        private NDArray x;
        private NDArray weight;
        private NDArray bias;

        /** Makes the arrays. */
        @Setup
        public void make(Engine engine) {
            long[] sizes = sizes(shape);
            x = EngineWork.normal(engine.manager, 1, 1, new Shape(sizes[0], sizes[1]));
            weight = EngineWork.normal(engine.manager, 2, 1, new Shape(sizes[2], sizes[1]));
            bias = EngineWork.normal(engine.manager, 3, 1, new Shape(sizes[2]));
        }
    }

    /** Attention of heads. */
    @State(Scope.Benchmark)
    public static class Heads {

        /** Rows, heads, length and size of a head. */
        @Param({"16x8x128x64", "4x8x512x64", "1x8x2048x64"})
        public String shape;

        private AttentionRequest request;

        /** Makes the arrays. */
        @Setup
        public void make(Engine engine) {
            Shape each = new Shape(sizes(shape));
            request =
                    new AttentionRequest(
                            EngineWork.normal(engine.manager, 1, 1, each),
                            EngineWork.normal(engine.manager, 2, 1, each),
                            EngineWork.normal(engine.manager, 3, 1, each),
                            false,
                            MaskArrays.NONE,
                            1 / Math.sqrt(each.get(3)),
                            0,
                            false,
                            null);
        }
    }

    private static long[] sizes(String shape) {
        return Arrays.stream(shape.split("x")).mapToLong(Long::parseLong).toArray();
    }

    /** Times a linear map. */
    @Benchmark
    public void linear(Engine engine, LinearMap map) {
        Kernels.of(engine.manager).linear().linear(map.x, map.weight, map.bias).close();
    }

    /** Times attention. */
    @Benchmark
    public void attention(Engine engine, Heads heads) {
        Kernels.of(engine.manager).attention().attend(heads.request).close();
    }
}
