/**
 * Kernels that reach libtorch's own operators through TorchScript assembled from readable source.
 */
package org.attn4j.attention.kernel.pytorch;
