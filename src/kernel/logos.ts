// The kernel's logo as Jupyter wants it beside kernel.json. Text instead of files, so that nothing has to be copied when
// the sources are built. The PNGs are the SVG as Chromium draws it at 32 and 64 pixels.

export const logoSvg =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64"><rect width="64" height="64" rx="13" fill="#1d2736"/><path d="M17.2 19.5a20 20 0 1 1-4.9 17" fill="none" stroke="#f2b441" stroke-width="5.5" stroke-linecap="round"/><path d="M12 10v11.5h11.5z" fill="#f2b441"/><path d="M24 27l7.5 6.5L24 40" fill="none" stroke="#fff" stroke-width="4.5" stroke-linecap="round" stroke-linejoin="round"/><path d="M35 41h8" stroke="#fff" stroke-width="4.5" stroke-linecap="round"/></svg>\n';

const png = (lines: readonly string[]): Buffer => Buffer.from(lines.join(''), 'base64');

export const logoPng32 = png([
  'iVBORw0KGgoAAAANSUhEUgAAACAAAAAgCAYAAABzenr0AAAFQ0lEQVR4nLxXXWwUVRT+7szstnSh29JtCXRbaAnQVsp/ASGAUAPEJpAQFeVPam',
  'yqgIZWHnjwgQd9kYBRBIWABogIKCCEEKlgClqptAQqIrRUoP//9L+7Ozs713t3sl3q7s62QPslO7Mzc+453z33nHPPlfAE4sbPmgxJ2ALQNPaY',
  'ChADnguok11uM31FUNQvq/4t/tvzhXju1omzNhMIO9mbUAwmKOzs8mFVWdE+/ijyi3Vi2nZChF3MuITBBrdBSMYIy+j2zpbaQmKdNGMKgVjEvh',
  'gxhKCg3cSlTmUzFt8eauMcBMREReF9CZTM7Y2EJ7BpqQH78px93oWHAcumSEhPFTHWIiAmnOBhk4rblSru1qi4+ciF+3UU/QazLRHQJPhhsHmZ',
  '5hROIjoceGeJEatflGCQ+somx4runweVLSpOFzrxTb4Cl6prHtw2iZs02y/lO7tM7vvJazKWsZUyhwk+MmV1LlhHCggL8Z1ACfNG7lE76tugTy',
  'IYAQ1U40spjlxV8Ps9BbcqVPQ4AIHZHh1JkBgj4LW5fHm8iVTXquKNz21o7sSzEgDsThWbDzpQWK7v15mJBF9sHIYIk+aVeyw21u7pYeOJX3kh',
  'kKLr5Qoqml3gs++RVbciUSQIhhsPKFZ/ZkPNY41oUqyAnIyQgPIBPeBBQjRhLqTotGNA4BnyQ84wWNhdcVGs2NmDiiZfOdFsid2hp6itB5AV7X',
  '9W5hpMGJ+AO3dLEQzdLD56ZIqXUiQILFC47367pw6cgAfhI4bjxOF9WJq+ENGWKPx65Y+gY3ht4IFpYlkSYyY4fEV5egIOWUZbewcWL5yHKZOT',
  'MTU1GT9fyoeiuAKO4WubwLIjxSpieCjB1bsKGjv6yggYAL49ehKZ7+ZCdjqxZNF8nD1xCJaokbpjyuu9bh8/ytdcQAI8+Pzhcn4BXl2bjda2di',
  'RPmoC9uz+GHmyyN8ZVP+HuQ8DEMubE1lCc3x6GBUmiz4AQoxFbst9CZITZ/Zx3+Sr0EGnyTqS1mwYnEM2CZXKcZnj5tL4EuNFTxw6wQFwEp1PB',
  'ltyPcOjIceghxeo18aDBl4BPA/KoUUVzB3Xn77yJXgJGgwFnvj+IxIR4dHZ1IzM7F9dv3MKomGisWrEcoaHeRsput+PchV/Q1VqPRSmaDpuDor',
  'aVxwPRJ8AFCkpdWJkmsdQR2EYk4mKJC4IowGQKQ0VlNdZnbcWjiiq3dOb617Epa4OPFrM5HG0l+xFi0Dxw4ZYCf7uu3xbsWIHTTYBj+0ojCsts',
  'aLc5kJ6xmqWjEw6Ho1f2u+NnkDguHhHMoAc8XS9dPIsD67w97clrij9TgUvxznVGvDJdU3DzoQsbv7Kxkhp8L+AYw3bH3RtCkBqvuT+vxImcI7',
  'Jf2YBp+MlpmdVurchMTxDxI6vrU8cGJ5AxXcLpbcN6jT/uUrHjlBxQXnczio8iOPZBKCKHe3neeKDgpyIX8v9RmHLtnSRSpCWKWDVH6vUaR1OH',
  'iuwDDpTWqU9HgCN2JMGna0IwLcG3JjxkGaOyJiUuSoDxf61aaa0L77H+oaFdv0dkB5LZhYRgjq4QoVi/wIA35xsQb9Gv3o3tKvZelHHqusI6KP',
  '0lY9z/5B74mv3PRj8xY5yAxS+ISGHFylNkGtpU3KlWkfeX4k7h/gYrw35iTZqZSqhQPPRnAypDoTPFjua6xvCoWIUQ8jKGECrotur7xefckdXR',
  'UltgjhrTyLyQPujnQ3Y4pVBzasqK9/DH3tBmJIrMEaPPsj6bvaN8cS2MkIjnAvfxvITpO8dOK1nV5cXnPV/+AwAA//82wTEzAAAABklEQVQDAE',
  'Tz5KdnNmkuAAAAAElFTkSuQmCC',
]);

export const logoPng64 = png([
  'iVBORw0KGgoAAAANSUhEUgAAAEAAAABACAYAAACqaXHeAAAKK0lEQVR4nOSbCVAUVxrH/69nhhmBBVRE5IikIBxiEsxGlMPEGLziZsXyTuJmt5',
  'Koa0yMFU3cXUlprYlVG93ELTW6mtpE3LhmRURFRU2M4onGczECElEREUFFOWaYo/e9piAzdA90z/SkIvyqhr7onvm+973vfd/3XmvRAWGRT0Xx',
  'Gm4SIVwaeISDIJgAvvgFwgN1dHOT8PxVepBnJbadFcXfX2rvHuLsQkjM0zEcyKcEZBQeYnjwe2zg36koOlUkdV2kgLCwpB7wti6mV2bSi1p0Aq',
  'hlWOjf1ajXLi4vP3bH/pqDAkKjBoVxHL+Jnk1FJ4Raw8GmJm5y1ZUTt1rOtSogIiLCYNH3+paafBI6NfwRjel2WllZmZEdcS2nqfAbO7/wDJJi',
  '1QdtaD1if8KjE9PpXja6EjzGXS8u2MY172MRuhjUH3zAtoQ6vsGchj+GLojNSpI4Qqzp6KIQjh+lBcclKLlp1ggdVu81Qym9/IC4UA1CugNBfh',
  'yC/AndEnhpCZqsPMprbLh6m8ePVc37V+i+xyEYrKWdIdh5PCjmzZFewrYjJXD0mQl9OQyJ0+CZOC1iQzkoodHEI+d7CzLzzSir8pAyqOwkPHrg',
  'PRDiL/eewuU+wnZVXpNTJSRGcVgyWY/QHsqElvyNPI/8S1ZsPGTBkWIrVIXna7VKhLdHyhICfwUsSNdjdIJ6ETQhRLAg9jlx2Yr5mUbU1EEdqO',
  'xuNRFTAvMJjPgwDtvf81ZV+LYMitIgZ743kqM1UAsSHpOoqIO1dAF7dp8xY/QAHeRS88CG+43A3XoeVmrV3X0JooKVtcXGQ2YszWmCu6jSXM3C',
  'Mz0696Y7Tpux46TVaT/W00fEhHDoF0qQEqvFsPj2f9orz+jQN4imrOtMcAdVLOAnxEpgzjKTttYDIxTh3w0Y8aQWL6VqEd3Hucn/95gZi7a4bg',
  'ka/8DQRUpuaHF+0jDhm5Ww95wZ09cZcaDQhiYLFGOi91wst2HzUQu86VcOeFRaCfHhGvp8Hqev2OAK7o9TIgj2nTdj7oYmVN6DKizbacaMdY2o',
  'bZAWcu4YOvI86Zpj9IACgOFP6FpHB7U4fMmGaSuNtCtJ99iMCV7wM0AxirsA42SpVfj4GliI29znb9XyyDphxpGi5muMirs8HjRCNe7WA+euWp',
  'E+UKxcg45AR8Nq9v1KUOwE25IayyHAm2DnaZWjtHZ4YYAGH78i3dyjP2rAtRr5IrlkAfZcq+ZRfPNnSFzsKKmk9fmehA6b4n4fHECw56z8xvCI',
  'D2CwEHb82Bfw/NAUeIJPcs0wmcWKT3tc29ot5eC2BThj2YcL8e7b05H+m5F4PD4Oed8chMWiXjepp/GPjsZKAyPFVnDjrg0XrskbFj1iAb0Ce2',
  'DCuDGtx2nPpSJn8+cI7NkDasICLJYttmVYvPwh0SMKCO4dROssjo+Oi3kMuVlfIiY6EmpR2wAUlIqtKpEmTb4yh0SPKOBC4SVsztouOt8nOAjZ',
  'm9YhNWkg1GLfObECNLQa82w/eVbgMSf4fsZSbNm2S3Te18cHmetXCA5SDfZdsEp2A6kRQgqPOUH2o/L2H0Sj0SS0OBsVWmDdY9TwodDpdDhy/B',
  'TcoYHmQZOTdPDWO3r+ogobDv3QsdP1mAW0sGZ9JmbN/QvMZnFGNHvG77Fy+V/hLg1NYgvw0UMWHlcAI3fPNxj/8nTU1t4XXfvtmBF49eWJcId6',
  'k5QC5MUCihTQJ4BWeiMUlJDtOHu+EK+9OR9Go7iAMXrEULhDvUStoZtMC5BVEWLVmsWTvPDiU81JSJ3Rhjn/MuH4Zfk5eMIT8fh81ccwGMS/LH',
  't7HtzB31t87kGDvPBclgWk9de2Cs/wNXD44wgvyGXMqOeR9e9/wt/fT3Rte+5eOlrkwlX0tAkfk6gYsXxBDrIU0F1iRdDTNAR9JLDj7jDz9WlY',
  '/cmH1OOLjW3l2i8w+90MWhh1PUSODpEWoaRSnnXK6gKXb0o/LDVWg68OS9e72FC37KMMTEgXj/dM4Hl/XoKsnF1wl35OZpyKbqqogIJSGxqop2',
  '071g5pRwFLFy+QFL6hoRFvzH4P+UcLHM73DgrEoxGPoD3Krpaj8laVw7mRCWLzN9O5xuvV8rqALAXY6LOOl1gwrL9jJSYxUjra6t8vBlMnjhWd',
  'v1lZhd+9MQdFJT86nF+zYikdCZ5zCJacsSvvW8yc8ydhn3XBQVFiEU6WeqAewGpybTF4EbyUIv4Bt6trYLM5/v8PRSUYM/5VkfAsc5QrPIP9b1',
  'CvnsL+lCTpumPWcfllaNkK+O6itFZnj/ISRV23qqqxJfsnz77/wGGMnfwaqmvuiO6XK7g9LMzu051gioTy79HZJpYfyEV2LsAKEGz+LyLIUWes',
  'GGmgDXG4yLHF9x3IR/mNCvxnSw4+XbXeaTGknvqEWJoiR0VGyFLG7r0H8PXWnfjsdQMti4nbb+NhM44Wy49PFBVF+9I+t+P9bkK6aY+NOom3aG',
  'DkzErkoMQJTk3WYuF4cUDFLCNtSSOdj5Bfo1RcFf5gvA6Tk8VBkJnOzvxhjRFnXJyhkQsz/VzaCHqd2Fo2HTFjyVZl02SKk6GVeWZhSGwLq8mv',
  'pWYZFexariCHyN4EG2YZJIW/XmPD37YrnyNUrIA7dcCCr0ySRQgfA8HGt7phSjIbHtUtlT8bp8HXc7shRGLVCeuCc780uTQH6VJB5EoVT+txPI',
  'bEib2wXsvKUVohSjxzxSrM5rhDb3+CRRO98A6d/9NqpK3rs31m7Drjmv9xuSLEys6+NDJMiJAOhoIDOExK0tJEhUNVrU3xRClLcmak6bB8mh5x',
  'Yc7LW1sLzNT0la9aa8HtqbFl0+StCbpYbsUGWsZmU96lt6S/MoCmtWxVGStrJ8dohKyzPf6x24S1+12wezvcVgCDzQS3v25ADAtYrlHHxUbUAB',
  '8I84sdCWzPws0mZBe4JzyDLZMz0ghEZv3EOf3DOcEapIITNSm8bkXG5ibZ2V678HwtCYtJLKON0BcqYNDxmPeiHlNT1F0bwKi+z+PvuSbknGKt',
  'rs5Qy4Mv0vj1DJ1CI9AwqIDFRoRS9I7TFmGYjOhFhFDZrWfS1DYz34K3vzDif9fbX4jlAoXUAgayF6PmwAN4adgKMo1Qt38yQv58HRvX2ZqfPW',
  'ctyDtvEWIPT0AtYMXPtlzel3qZMDqnH0Z9RGgPuqUftpSWTSHW0apuXSMvlLdv3OGx55znhLaHKnpAyxsj+Z31RSln0NY/Wl50MqX5jRGbLQNd',
  'DN5K5rGt0DHv36ko8wsMoXkWGYwuAOv7N0pOrmf7rYN2eZHPPOq5D6GTw2RksrYc20Ut31ksNssEOnpVoZNCW/4ak5HJ2nLOIWyrvHzmNho0EV',
  'RLu9HJoBFEHuq1sYKMdjiLKmiInDiWJ/x86heS8RDDvD14sqy8uGAbJIoUHYZVIdG/jiXgxtGC5XB6yCLGPg/D6/PUivfSgT67vPT05fbu+T8A',
  'AAD//8A253cAAAAGSURBVAMAzdatb33lqloAAAAASUVORK5CYII=',
]);
