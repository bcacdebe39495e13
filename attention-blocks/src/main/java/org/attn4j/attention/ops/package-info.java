/**
 * How attention, linear maps, losses and optimiser steps are computed: a reference in plain array
 * operations, and faster kernels that agree with it.
 */
package org.attn4j.attention.ops;
