/** webpack warns of every asset above 244 KiB; the engine is one. */
export default { performance: { hints: false } };
