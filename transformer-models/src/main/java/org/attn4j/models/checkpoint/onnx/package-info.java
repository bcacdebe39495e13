/**
 * Weights out of ONNX files.
 *
 * <p>An ONNX file holds a graph of operators rather than a model: {@link
 * org.attn4j.models.checkpoint.onnx.OnnxEncoder} finds the parameters of a BERT encoder in it. The
 * file is read with nothing but the wire format of protocol buffers, and nothing in it is trusted.
 */
package org.attn4j.models.checkpoint.onnx;
