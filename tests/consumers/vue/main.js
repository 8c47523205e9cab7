import { useCutout } from "cleancut/vue";
import { createApp, h, onMounted, shallowRef, watch } from "vue";

const App = {
  setup() {
    const photo = shallowRef();
    const cutout = useCutout(photo, () => ({ margin: [0, 0] }));
    onMounted(async () => {
      photo.value = await (await fetch("mug.jpg")).blob();
    });
    watch(cutout, async ({ blob }) => {
      if (!blob) return;
      const { width, height } = await createImageBitmap(blob);
      document.title = `cut out ${width} x ${height}`;
    });
    return () => {
      const { url, progress } = cutout.value;
      return url ? h("img", { src: url, alt: "" }) : h("progress", { value: progress });
    };
  },
};

createApp(App).mount("#app");
