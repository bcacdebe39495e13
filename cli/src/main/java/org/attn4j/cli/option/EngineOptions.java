package org.attn4j.cli.option;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDManager;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.attn4j.attention.ops.Kernels;
import org.attn4j.common.Require;
import picocli.CommandLine.Option;

/**
 * The options of every verb that computes: which engine, on which devices, with how many threads
 * and which kernels.
 */
public final class EngineOptions {

    public static final String PYTORCH = "PyTorch";
    public static final String MXNET = "MXNet";

    @Option(
            names = "--engine",
            paramLabel = "ENGINE",
            description = "PyTorch or MXNet (default: ${DEFAULT-VALUE}).",
            defaultValue = PYTORCH)
    private String engine = PYTORCH;

    @Option(
            names = "--device",
            paramLabel = "DEVICE",
            split = ",",
            description = "cpu, gpu, or gpu0,gpu1 … (default: cpu).")
    private List<String> devices = List.of("cpu");

    @Option(
            names = "--threads",
            paramLabel = "N",
            description = "Threads of the engine (default: all cores).")
    private int threads = Runtime.getRuntime().availableProcessors();

    @Option(
            names = "--kernels",
            paramLabel = "CHOICE",
            description = {
                "What computes: auto (default: what suits this machine and proved right on it), reference (plain",
                "operations), fused, or one choice, such as fused,linear=engine,dropout=hash ('doctor' shows",
                "this machine's)."
            })
    private String kernels;

    /** The chosen engine, loaded, and the chosen devices, checked to exist. */
    public record Chosen(Engine engine, List<Device> devices, int threads) {

        public String engineName() {
            return engine.getEngineName();
        }

        public Device device() {
            return devices.get(0);
        }

        public NDManager newManager() {
            return engine.newBaseManager(device());
        }
    }

    /** The engines of this build that have tensors and training; loads nothing. */
    public static List<String> available() {
        return Stream.of(PYTORCH, MXNET).filter(Engine.getAllEngines()::contains).toList();
    }

    /** The engine's name in its own spelling; loads nothing. */
    public String engineName() {
        List<String> available = available();
        for (String name : available) {
            if (name.equalsIgnoreCase(engine)) {
                return name;
            }
        }
        String problem =
                engine.equalsIgnoreCase(MXNET) || engine.equalsIgnoreCase(PYTORCH)
                        ? "engine %s is not part of this build for %s %s"
                                .formatted(
                                        engine,
                                        System.getProperty("os.name"),
                                        System.getProperty("os.arch"))
                        : "unknown engine '%s'".formatted(engine);
        throw new IllegalArgumentException(
                problem + ": use --engine " + String.join(" or ", available));
    }

    /** Loads the chosen engine with the chosen thread count. */
    public Chosen open() {
        return open(threads);
    }

    /** Loads the chosen engine with a recorded thread count: what a resumed run needs. */
    public Chosen open(int threadCount) {
        Require.that(threadCount >= 1, "--threads must be at least 1, got %s", threadCount);
        if (kernels != null) {
            Kernels.checkPolicy(kernels);
            System.setProperty(Kernels.PROPERTY, kernels);
        }
        String name = engineName();
        System.setProperty("ai.djl.default_engine", name);
        System.setProperty("ai.djl.pytorch.num_threads", String.valueOf(threadCount));
        System.setProperty("ai.djl.pytorch.num_interop_threads", "1");
        Engine loaded = load(name);
        Chosen chosen = new Chosen(loaded, parseDevices(loaded), threadCount);
        if (kernels != null) {
            checkKernels(chosen);
        }
        return chosen;
    }

    /** Refuses kernels that this engine lacks, or that are not right on this machine. */
    private static void checkKernels(Chosen chosen) {
        try (NDManager manager = chosen.newManager()) {
            Kernels.of(manager).choice();
        } catch (IllegalStateException e) {
            throw new IllegalArgumentException(
                    chosen.engineName() + " has no fused kernels: use --kernels reference", e);
        }
    }

    private static Engine load(String name) {
        try {
            return Engine.getEngine(name);
        } catch (LinkageError e) {
            // Some engines load their natives while a class is initialised.
            throw new EngineException("Failed to load " + name + " native library", e);
        }
    }

    public int threads() {
        return threads;
    }

    /** The options that choose the same in another process, with its kernels if they are known. */
    public List<String> arguments(String recordedKernels) {
        String choice = recordedKernels == null ? kernels : recordedKernels;
        List<String> arguments =
                new ArrayList<>(
                        List.of(
                                "--engine",
                                engineName(),
                                "--device",
                                String.join(",", devices),
                                "--threads",
                                String.valueOf(threads)));
        if (choice != null) {
            arguments.addAll(List.of("--kernels", choice));
        }
        return arguments;
    }

    private List<Device> parseDevices(Engine loaded) {
        int gpus = loaded.getGpuCount();
        List<Device> parsed = new ArrayList<>();
        for (String name : devices) {
            parsed.add(parseDevice(name.strip(), gpus));
        }
        return List.copyOf(parsed);
    }

    static Device parseDevice(String name, int gpus) {
        if (name.equals("cpu")) {
            return Device.cpu();
        }
        Require.that(
                name.matches("gpu\\d{0,3}"),
                "unknown device '%s': use --device cpu, gpu, or gpu0,gpu1",
                name);
        int index = name.equals("gpu") ? 0 : Integer.parseInt(name.substring(3));
        if (index >= gpus) {
            throw new IllegalArgumentException(
                    "device %s is not there, the engine sees %s GPUs: use --device cpu%s"
                            .formatted(name, gpus, gpus > 0 ? " or gpu0 … gpu" + (gpus - 1) : ""));
        }
        return Device.gpu(index);
    }
}
