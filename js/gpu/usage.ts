/** Numbers that the WebGPU standard fixes, and TypeScript's DOM does not know. */

export const MAP_READ = 0x1;
export const COPY_SRC = 0x4;
export const COPY_DST = 0x8;
export const UNIFORM = 0x40;
export const STORAGE = 0x80;
/** Of a shader's stage. */
export const COMPUTE = 0x4;
/** Of `mapAsync`. */
export const READ = 0x1;
