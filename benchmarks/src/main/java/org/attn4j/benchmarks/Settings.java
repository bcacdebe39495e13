package org.attn4j.benchmarks;

import ai.djl.ndarray.NDManager;
import java.nio.file.Path;

/**
 * What measurements are made on.
 *
 * @param model the folder of all-MiniLM-L6-v2; null where no sentence model is measured
 * @param onnx the folder with the same model for ONNX Runtime; null likewise
 * @param torch the PyTorch of Python
 */
record Settings(NDManager manager, int threads, Path model, Path onnx, TorchPeer torch) {}
